import QtQuick
import "../controls"

// How to pay? Only what works now is offered.
Stage {
    id: screen

    readonly property var money: kiosk.paying
    readonly property bool held: money.held ?? false

    question: qsTr("How would you like to pay?")
    notice: money.message ?? ""

    Figure {
        id: total

        width: parent.width
        label: qsTr("To pay")
        value: screen.money.total ?? ""
    }

    Action {
        id: cash

        objectName: "pay.cash"
        anchors.top: total.bottom
        anchors.topMargin: Look.gutter
        width: parent.width
        height: Math.max(implicitHeight, Look.mm(34))
        enabled: screen.held && (screen.money.cash ?? false)
        tone: "primary"
        letters: Look.title
        sign: "cash"
        name: screen.held ? qsTr("Pay in cash") : qsTr("Keeping your seats…")
        onTouched: kiosk.touch("cash")
    }

    Column {
        anchors.top: cash.bottom
        anchors.topMargin: Look.mm(6)
        width: parent.width
        spacing: Look.mm(3)

        Notice {
            width: parent.width
            text: qsTr("The machine gives no change. Please have the exact amount ready in bills.")
        }
        Bills {
            width: parent.width
            label: qsTr("Bills that the machine knows")
            bills: screen.money.bills ?? []
            allLit: true
        }
    }
}
