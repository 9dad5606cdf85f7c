import QtQuick
import "../controls"

// Which coach? Departure times first, the next one suggested.
Stage {
    id: screen

    readonly property string reason: buy.notice.reason ?? ""

    question: qsTr("Which coach to %1?").arg(kiosk.rail.to ?? "")
    notice: reason !== "" ? Names.notice(reason) : buy.notice.said ?? ""

    Days {
        id: days

        width: parent.width
        days: buy.days.list ?? []
        names: "which.day"
        onChosen: day => buy.chooseDay(day)
    }

    Label {
        anchors.top: list.top
        visible: list.empty
        width: parent.width
        text: buy.days.waiting ? qsTr("One moment, please.") : days.visible ? qsTr("No coach to this place is on sale here on that day. Choose another day, or another destination with Back.") : qsTr("No coach to this place is on sale here any more today. Touch Back to choose another destination, or ask at the ticket window.")
    }

    Pages {
        id: list

        readonly property bool empty: rows === 0

        anchors.top: days.bottom
        anchors.topMargin: days.visible ? Look.gutter : 0
        anchors.bottom: parent.bottom
        width: parent.width
        model: buy.departures
        names: "which"
        earlier: qsTr("Earlier")
        later: qsTr("Later")
        rowHeight: Look.mm(!Look.large ? 25 : Look.portrait ? 42 : 28)

        delegate: Target {
            id: line

            required property var row
            readonly property bool narrow: Look.portrait || Look.large
            readonly property string leaving: row.otherDay !== "" ? row.otherDay : row.left >= 0 ? Names.left(row.left) : ""

            objectName: "which.trip." + row.trip
            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(line)
            name: qsTr("%1 to %2, gate %3, %4 seats left, %5").arg(row.time).arg(row.to).arg(row.gate).arg(row.free).arg(row.fare)
            onTouched: buy.chooseTrip(row.date, row.trip)

            Rectangle {
                anchors.fill: parent
                radius: Look.corner
                color: line.pressed ? Look.pressed : line.row.suggested ? Look.primaryTint : Look.paper
                border.width: line.row.suggested ? Look.thick : Look.line
                border.color: line.row.suggested ? Look.primary : Look.edge
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
                anchors.right: money.left
                anchors.rightMargin: Look.mm(3)
                anchors.verticalCenter: parent.verticalCenter

                Label {
                    width: parent.width
                    visible: text !== ""
                    text: line.leaving
                    strong: true
                    color: Look.go
                    Accessible.ignored: true
                }
                Label {
                    width: parent.width
                    text: qsTr("Gate %1, %2 seats left").arg(line.row.gate).arg(line.row.free)
                    lineHeight: 0.88
                    Accessible.ignored: true
                }
            }
            Label {
                id: money

                anchors.right: arrow.left
                anchors.rightMargin: Look.mm(2)
                anchors.verticalCenter: parent.verticalCenter
                text: line.row.fare
                letters: Look.title
                strong: true
                Accessible.ignored: true
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
