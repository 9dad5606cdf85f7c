import QtQuick
import "../controls"

// Change the ticket for this coach? What it costs, or what comes back.
Stage {
    id: screen

    readonly property var swap: buy.exchange
    readonly property string reason: buy.notice.reason ?? ""
    readonly property bool back: (swap.back ?? "") !== ""

    question: qsTr("Change your ticket for this coach?")
    notice: reason !== "" ? Names.notice(reason) : buy.notice.said ?? ""

    Flow {
        width: parent.width
        spacing: Look.mm(6)

        Figure {
            width: Look.mm(Look.large ? 72 : 58)
            label: qsTr("New fare")
            value: screen.swap.fare ?? ""
            letters: Look.title
        }
        Figure {
            width: Look.mm(Look.large ? 72 : 58)
            label: qsTr("Your ticket is worth")
            value: screen.swap.credit ?? ""
            letters: Look.title
        }
        Figure {
            width: Look.mm(Look.large ? 72 : 58)
            label: screen.back ? qsTr("Comes back to you") : qsTr("To pay")
            value: screen.back ? screen.swap.back : screen.swap.due ?? ""
            letters: Look.large ? Look.title : Look.hero
        }
        Label {
            width: parent.width
            visible: !Look.wide
            text: qsTr("Your old ticket ends only when the new one is yours.")
            color: Look.quietInk
        }
    }

    Action {
        id: seats

        objectName: "agree.seats"
        visible: buy.who.plan ?? false
        anchors.bottom: parent.bottom
        width: Math.floor((parent.width - Look.gutter) * 0.42)
        height: Math.max(implicitHeight, yes.implicitHeight)
        sign: "seat"
        name: buy.who.seats ? qsTr("Seat %1: change").arg(buy.who.seats) : qsTr("Seat: any. Choose")
        onTouched: buy.touch("changeSeats")
    }
    Action {
        id: yes

        objectName: "agree.confirm"
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: seats.visible ? parent.width - seats.width - Look.gutter : parent.width
        height: Math.max(implicitHeight, seats.implicitHeight)
        enabled: screen.swap.sells ?? false
        tone: "primary"
        letters: Look.wide ? Look.body : Look.title
        sign: "forward"
        name: qsTr("Yes, change it")
        onTouched: kiosk.touch("confirm")
    }
}
