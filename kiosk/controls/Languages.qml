import QtQuick

// Which language? Each in its own script. Lies over the stage when the kiosk speaks more than two.
Rectangle {
    id: choice

    readonly property string part: "stage"
    property bool asking: false

    visible: asking
    color: Look.paper

    MouseArea { // nothing below is touched
        anchors.fill: parent
    }

    Loader {
        anchors.fill: parent
        anchors.margins: Look.margin
        active: choice.asking
        sourceComponent: Pages {
            id: list

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
                visible: list.whole(tongueName)
                name: modelData.name
                tongue: modelData.code
                checked: modelData.code === kiosk.comfort.language
                letters: Look.title
                onTouched: {
                    const code = modelData.code
                    choice.asking = false
                    kiosk.speak(code)
                }
            }
        }
    }
}
