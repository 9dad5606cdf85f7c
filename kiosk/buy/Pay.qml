import QtQuick
import "../controls"

// How to pay? Only what works now is offered.
Stage {
    id: screen

    readonly property var money: buy.paying
    readonly property bool held: money.held ?? false

    question: qsTr("Please check and pay")
    notice: money.message ?? ""

    Flow {
        id: facts

        width: parent.width
        spacing: Look.mm(5)

        Figure {
            width: Look.wide ? Look.mm(86) : parent.width
            label: qsTr("To pay")
            value: screen.money.total ?? ""
        }
        Bills {
            width: Look.wide ? parent.width - Look.mm(92) : parent.width
            label: qsTr("Notes that the machine takes")
            bills: screen.money.bills ?? []
            allLit: true
        }
    }

    Notice {
        anchors.top: facts.bottom
        anchors.topMargin: Look.mm(Look.wide ? 3 : 6)
        width: parent.width
        text: qsTr("Exact amount in notes, please: no change.")
    }

    Action {
        objectName: "pay.cash"
        anchors.bottom: parent.bottom
        width: parent.width
        enabled: screen.held && (screen.money.cash ?? false)
        tone: "primary"
        letters: Look.title
        sign: "cash"
        name: screen.held ? qsTr("Pay in cash") : qsTr("Keeping your seats")
        onTouched: buy.touch("cash")
    }
}
