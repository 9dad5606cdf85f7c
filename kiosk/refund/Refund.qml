import QtQuick
import "../controls"
import "../find"

// What is kept, what comes back and how; one confirmation with the sums.
Stage {
    id: screen

    readonly property var sums: refund.sums

    question: qsTr("Refund this ticket?")

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 1 : 3)

        Label {
            width: parent.width
            visible: Look.wide
            text: (screen.sums.free ?? false) ? qsTr("You paid %1, and there is no fee.").arg(screen.sums.fare ?? "") : qsTr("You paid %1, of which %2 is kept as a fee.").arg(screen.sums.fare ?? "").arg(screen.sums.fee ?? "")
        }
        Sum {
            visible: !Look.wide
            width: parent.width
            label: qsTr("You paid")
            value: screen.sums.fare ?? ""
        }
        Sum {
            visible: !Look.wide
            width: parent.width
            label: (screen.sums.free ?? false) ? qsTr("No fee") : qsTr("Fee that is kept")
            value: (screen.sums.free ?? false) ? "" : "− " + (screen.sums.fee ?? "")
        }
        Rectangle {
            visible: !Look.wide
            width: parent.width
            height: Look.line
            color: Look.rule
        }
        Sum {
            width: parent.width
            label: qsTr("You get back")
            value: screen.sums.back ?? ""
            letters: Look.wide ? Look.title : Look.hero
            ink: Look.primary
        }
        Label {
            width: parent.width
            visible: text !== ""
            text: screen.sums.way ?? ""
        }
        Label {
            width: parent.width
            visible: !Look.wide
            text: qsTr("The ticket is no longer good after that.")
            color: Look.quietInk
        }
    }

    Pair {
        objectName: "refund"
        anchors.bottom: parent.bottom
        width: parent.width
        other: qsTr("Keep the ticket")
        otherSign: "ticket"
        otherName: "refund.keep"
        main: qsTr("Refund %1").arg(screen.sums.back ?? "")
        mainSign: "refund"
        mainName: "refund.confirm"
        onOtherTouched: kiosk.touch("finish")
        onMainTouched: kiosk.touch("confirm")
    }
}
