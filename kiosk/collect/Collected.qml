import QtQuick
import "../controls"
import "../find"

// In hand: where to go now.
Stage {
    id: screen

    readonly property string how: collect.handing.how ?? ""
    readonly property int leftMinutes: find.ticket.left ?? -1

    question: how === "paper" ? qsTr("Please take your ticket") : how === "phone" ? qsTr("Your ticket is on your phone") : qsTr("Your ID card is your ticket")

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 2 : 5)

        Where {
            width: parent.width
        }
        Label {
            width: parent.width
            text: screen.leftMinutes >= 0 ? qsTr("Departs %1, %2.").arg(find.ticket.time ?? "").arg(Names.left(screen.leftMinutes)) : qsTr("Departs %1.").arg([find.ticket.otherDay ?? "", find.ticket.time ?? ""].filter(part => part !== "").join(" "))
            letters: Look.wide ? Look.body : Look.title
            strong: true
        }
        Label {
            width: parent.width
            visible: !Look.wide
            text: screen.how === "card" ? qsTr("Put your ID card on the gate's reader.") : qsTr("Keep your ticket and ID ready for the gate.")
            color: Look.quietInk
        }
    }

    Pair {
        objectName: "collected"
        anchors.bottom: parent.bottom
        width: parent.width
        other: (find.ticket.several ?? false) ? qsTr("Another of my tickets") : ""
        otherSign: "ticket"
        otherName: "collected.another"
        main: qsTr("Finish")
        onOtherTouched: find.touch("another")
        onMainTouched: kiosk.touch("finish")
    }
}
