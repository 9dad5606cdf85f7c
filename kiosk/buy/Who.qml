import QtQuick
import "../controls"

// Who travels? Cards on the reader become travellers; no touch is needed for that.
Stage {
    id: screen

    readonly property int count: buy.who.count ?? 0
    readonly property int room_: buy.who.room ?? 0
    readonly property string reason: buy.notice.reason ?? ""
    readonly property bool reader: buy.who.reader ?? false

    question: (buy.who.changes ?? false) ? qsTr("Show the ID of this ticket") : count === 0 ? qsTr("Who is travelling?") : qsTr("Anyone else?")
    hint: Look.large && count > 0 && room_ > 0 && reader && notice === "" ? qsTr("Place the next ID card on the reader") : ""
    notice: reason !== "" ? Names.notice(reason) : buy.notice.said ?? ""

    Rectangle {
        id: card

        visible: screen.room_ > 0 && screen.reader && (screen.count === 0 || (!Look.large && screen.notice === ""))
        width: parent.width
        height: visible ? Look.mm(screen.count > 0 ? 22 : Look.portrait ? 70 : 46) : 0
        radius: Look.corner
        color: Look.primaryTint
        border.width: Look.thick
        border.color: Look.primary

        Row {
            anchors.centerIn: parent
            spacing: Look.mm(6)

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                sign: "card"
                size: Look.mm(screen.count === 0 ? 26 : 13)
                ink: Look.primary
            }
            Label {
                width: Math.min(implicitWidth, card.width - Look.mm(screen.count === 0 ? 44 : 32))
                anchors.verticalCenter: parent.verticalCenter
                text: screen.count === 0 ? qsTr("Place the ID card on the reader") : qsTr("Place the next ID card on the reader")
                letters: screen.count === 0 ? Look.title : Look.body
                strong: true
                color: Look.primary
            }
        }
    }

    Pages {
        id: list

        anchors.top: card.bottom
        anchors.topMargin: card.visible ? Look.gutter : 0
        anchors.bottom: actions.top
        anchors.bottomMargin: Look.gutter
        width: parent.width
        visible: screen.count > 0
        model: buy.riders
        names: "who"
        earlier: qsTr("Up")
        later: qsTr("Down")
        columns: Look.portrait || Look.large ? 1 : 2
        rowHeight: Look.mm(Look.large ? 28 : 22)

        delegate: Target {
            id: line

            required property var row
            required property int index
            readonly property bool flat: Look.wide && screen.notice !== "" // there is height for one line only
            readonly property string ticket: row.children > 0 ? qsTr("%1 + child %2").arg(Names.ticket(row.kind)).arg(row.fare) : qsTr("%1 %2").arg(Names.ticket(row.kind)).arg(row.fare)

            objectName: "who.change." + index
            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(line)
            name: qsTr("Change the ticket of %1").arg(row.name)
            onTouched: buy.editRider(row.key)

            Rectangle {
                anchors.fill: parent
                radius: Look.corner
                color: line.pressed ? Look.pressed : Look.paper
                border.width: Look.line
                border.color: Look.edge
            }
            Column {
                x: Look.mm(4)
                anchors.verticalCenter: parent.verticalCenter
                width: change.x - x - Look.mm(2)

                Label {
                    width: parent.width
                    text: (line.row.name === "" ? line.row.number : Look.large ? line.row.name : line.row.name + "  " + line.row.number) + (line.flat ? "  " + line.ticket : "")
                    strong: true
                    lineHeight: 0.85
                }
                Label {
                    width: parent.width
                    visible: !line.flat
                    text: line.ticket
                    letters: Look.quiet
                    color: Look.quietInk
                    lineHeight: 0.85
                }
            }
            Label {
                id: change

                anchors.right: parent.right
                anchors.rightMargin: Look.mm(4)
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Change")
                strong: true
                color: Look.primary
                Accessible.ignored: true
            }
        }
    }

    Item {
        id: actions

        readonly property bool stacked: Look.portrait
        readonly property bool planned: buy.who.plan ?? false
        readonly property int row: Math.max(type.implicitHeight, planned ? seats.implicitHeight : 0)
        readonly property int half: planned ? Math.floor((width - Look.gutter) / 2) : width
        readonly property int third: Math.floor((width - 2 * Look.gutter) * (planned ? 0.29 : 0.42))

        anchors.bottom: parent.bottom
        width: parent.width
        height: stacked ? row + confirm.implicitHeight + Look.gutter : Math.max(row, confirm.implicitHeight)

        Action {
            id: type

            objectName: "who.type"
            width: actions.stacked ? actions.half : actions.third
            height: actions.stacked ? actions.row : parent.height
            enabled: screen.room_ > 0
            name: qsTr("No card: type the number")
            sign: Look.large || !actions.stacked ? "" : "keys"
            onTouched: buy.touch("typeInstead")
        }
        Action {
            id: seats

            objectName: "who.seats"
            visible: actions.planned
            x: type.width + Look.gutter
            width: type.width
            height: type.height
            name: buy.who.seats ? qsTr("Seat %1: change").arg(buy.who.seats) : qsTr("Seat: any. Choose")
            sign: Look.large || !actions.stacked ? "" : "seat"
            onTouched: buy.touch("changeSeats")
        }
        Action {
            id: confirm

            objectName: "who.confirm"
            visible: !(buy.who.changes ?? false)
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            width: actions.stacked ? parent.width : parent.width - (actions.planned ? 2 : 1) * (actions.third + Look.gutter)
            height: actions.stacked ? implicitHeight : parent.height
            enabled: screen.count > 0 && (buy.who.sells ?? false)
            tone: "primary"
            letters: Look.title
            sign: "forward"
            name: screen.count > 0 ? qsTr("Pay %1").arg(buy.who.total ?? "") : qsTr("Pay")
            onTouched: kiosk.touch("confirm")
        }
    }
}
