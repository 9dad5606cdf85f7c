import QtQuick

// Which language? Each in its own script. Lies over the stage when the kiosk speaks more than two.
Rectangle {
    id: choice

    readonly property string part: "stage"

    signal chosen

    color: Look.paper

    MouseArea { // nothing below is touched
        anchors.fill: parent
    }

    Pages {
        anchors.fill: parent
        anchors.margins: Look.margin
        model: kiosk.comfort.languages ?? []
        names: "languages"
        earlier: qsTr("Up")
        later: qsTr("Down")
        columns: Look.portrait ? 1 : 2
        rowHeight: Look.mm(28)

        delegate: Action {
            id: tongueName

            required property var modelData

            objectName: "languages." + modelData.code
            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            name: modelData.name
            tongue: modelData.code
            checked: modelData.code === kiosk.comfort.language
            letters: Look.title
            onTouched: {
                kiosk.speak(modelData.code)
                choice.chosen()
            }
        }
    }
}
