import QtQuick

// A keypad of our own: 20 mm keys in as many columns as asked for.
Grid {
    id: keys

    required property string characters
    required property string names // objectName of a key: names.A
    property string usable: characters
    property int room: Look.mm(200)
    property int columnsWanted: 0 // 0: as many as fit
    property bool erase: true
    property bool space: false

    signal typed(string character)

    columns: columnsWanted > 0 ? columnsWanted : Math.max(1, Math.floor((room + spacing) / (Look.target + spacing)))
    spacing: Look.mm(2)
    readonly property int keyWidth: Math.floor((room - (columns - 1) * spacing) / columns)

    Repeater {
        model: keys.characters.split("")

        Action {
            required property string modelData

            objectName: keys.names + "." + modelData
            width: keys.keyWidth
            height: Look.target
            enabled: keys.usable.indexOf(modelData) >= 0
            name: modelData
            tone: "band"
            letters: Look.title
            onTouched: keys.typed(modelData)
        }
    }

    Action {
        objectName: keys.names + ".space"
        visible: keys.space
        width: keys.keyWidth
        height: Look.target
        name: qsTr("Space")
        text: "␣"
        tone: "band"
        letters: Look.title
        onTouched: keys.typed(" ")
    }

    Target {
        id: eraser

        objectName: keys.names + ".erase"
        visible: keys.erase
        width: keys.keyWidth
        height: Look.target
        name: qsTr("Erase the last character")
        onTouched: keys.typed("")

        Rectangle {
            anchors.fill: parent
            radius: Look.corner
            color: eraser.pressed ? Look.pressed : Look.paper
            border.width: Look.line
            border.color: Look.edge

            Icon {
                anchors.centerIn: parent
                sign: "erase"
                size: Look.mm(11)
            }
        }
    }
}
