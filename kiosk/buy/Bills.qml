import QtQuick
import "../controls"

// Notes or coins as chips; those that may go in now are lit and ticked, the others crossed out.
Column {
    id: chips

    property var bills: []
    property string label: ""

    spacing: Look.mm(2)

    Label {
        width: parent.width
        visible: text !== ""
        text: chips.label
        letters: Look.body
        color: Look.quietInk
    }

    Flow {
        width: parent.width
        spacing: Look.mm(3)

        Repeater {
            model: chips.bills

            Rectangle {
                id: chip

                required property var modelData
                readonly property bool lit: modelData.now

                width: face.width + Look.mm(15)
                height: Look.mm(Look.large ? 16 : 13)
                radius: Look.corner
                color: lit ? Look.go : Look.surface
                border.width: Look.line
                border.color: lit ? Look.edge : Look.rule

                Label {
                    id: face

                    x: Look.mm(3)
                    anchors.verticalCenter: parent.verticalCenter
                    text: chip.modelData.text
                    letters: Look.title
                    strong: true
                    color: chip.lit ? Look.goInk : Look.quietInk
                    Accessible.name: chip.lit ? qsTr("%1 goes in").arg(text) : qsTr("%1 does not go in now").arg(text)
                }
                Icon {
                    anchors.left: face.right
                    anchors.leftMargin: Look.mm(1.5)
                    anchors.verticalCenter: parent.verticalCenter
                    sign: chip.lit ? "tick" : "cross"
                    size: Look.mm(7)
                    ink: chip.lit ? Look.goInk : Look.quietInk
                }
            }
        }
    }
}
