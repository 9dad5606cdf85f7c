import QtQuick
import "../controls"
import "../find"

// The technician's door, open: each device with its health, and a test.
Stage {
    id: screen

    readonly property var door: staff.door

    question: (door.faults ?? 0) > 0 ? qsTr("Devices that need help: %1").arg(door.faults) : qsTr("All devices work")
    hint: Look.large ? "" : [qsTr("Badge %1").arg(door.badge ?? "")].concat(door.versions ?? []).join(" · ")
    notice: door.said ?? ""

    Pages {
        id: list

        anchors.top: parent.top
        anchors.bottom: shut.top
        anchors.bottomMargin: Look.gutter
        width: parent.width
        model: staff.devices
        names: "door"
        earlier: qsTr("Up")
        later: qsTr("Down")
        rowHeight: Look.mm(Look.large ? (Look.portrait ? 58 : 40) : 21)

        delegate: Item {
            id: line

            required property var row
            readonly property bool fault: row.state === "fault"
            readonly property bool testing: row.state === "testing"

            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(line)

            Icon {
                id: health

                anchors.verticalCenter: parent.verticalCenter
                sign: line.fault ? "attention" : line.testing ? "clock" : "tick"
                size: Look.mm(11)
                ink: line.fault ? Look.attention : line.testing ? Look.primary : Look.go
            }
            Column {
                anchors.left: health.right
                anchors.leftMargin: Look.mm(4)
                anchors.right: test.left
                anchors.rightMargin: Look.mm(3)
                anchors.verticalCenter: parent.verticalCenter

                Label {
                    width: parent.width
                    text: line.row.name
                    strong: true
                    lineHeight: 0.85
                }
                Label {
                    width: parent.width
                    visible: text !== ""
                    text: line.testing ? qsTr("Being tested") : [line.row.what, line.row.hint].filter(part => part !== "").join(". ")
                    letters: Look.quiet
                    color: line.fault ? Look.attention : Look.quietInk
                    lineHeight: 0.88
                }
            }
            Action {
                id: test

                objectName: "door.test." + line.row.key
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                height: Look.target
                enabled: !line.testing
                name: qsTr("Test %1").arg(line.row.name)
                text: qsTr("Test")
                sign: "tool"
                onTouched: staff.test(line.row.key)
            }
            Rectangle {
                anchors.bottom: parent.bottom
                width: parent.width
                height: Look.line
                color: Look.rule
            }
        }
    }

    Pair {
        id: shut

        objectName: "door"
        anchors.bottom: parent.bottom
        width: parent.width
        main: qsTr("Close the door")
        mainSign: "cross"
        mainName: "door.close"
        onMainTouched: kiosk.touch("finish")
    }
}
