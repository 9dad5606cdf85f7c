import QtQuick
import "../controls"

// Several tickets were found: which one?
Stage {
    id: screen

    question: qsTr("Which of these tickets?")

    Pages {
        id: list

        anchors.fill: parent
        model: find.tickets
        names: "several"
        earlier: qsTr("Up")
        later: qsTr("Down")
        rowHeight: Look.mm(Look.large ? (Look.portrait ? 52 : 30) : Look.portrait ? 36 : 26)

        delegate: Target {
            id: line

            required property var row

            objectName: "several.ticket." + row.key
            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(line)
            name: qsTr("%1, %2, to %3, seat %4").arg(row.day).arg(row.time).arg(row.to).arg(row.seat !== "" ? row.seat : qsTr("any"))
            onTouched: find.pick(row.key)

            Rectangle {
                anchors.fill: parent
                radius: Look.corner
                color: line.pressed ? Look.pressed : Look.paper
                border.width: Look.line
                border.color: Look.edge
            }
            Label {
                id: time

                x: Look.mm(5)
                anchors.verticalCenter: parent.verticalCenter
                text: line.row.time
                letters: Look.hero
                strong: true
                lineHeight: 0.8
                Accessible.ignored: true
            }
            Column {
                anchors.left: time.right
                anchors.leftMargin: Look.mm(6)
                anchors.right: arrow.left
                anchors.rightMargin: Look.mm(3)
                anchors.verticalCenter: parent.verticalCenter

                Label {
                    width: parent.width
                    text: line.row.to
                    letters: Look.large ? Look.body : Look.title
                    strong: true
                    lineHeight: 0.85
                    Accessible.ignored: true
                }
                Label {
                    width: parent.width
                    text: line.row.day + " · " + (line.row.seat !== "" ? qsTr("Seat %1").arg(line.row.seat) : qsTr("Any seat"))
                    color: Look.quietInk
                    lineHeight: 0.88
                    Accessible.ignored: true
                }
            }
            Icon {
                id: arrow

                anchors.right: parent.right
                anchors.rightMargin: Look.mm(3)
                anchors.verticalCenter: parent.verticalCenter
                sign: "forward"
                ink: Look.primary
                size: Look.mm(9)
            }
        }
    }
}
