import QtQuick
import "../controls"

// Bills go in: to pay, paid, and which bills the machine takes now.
Stage {
    id: screen

    readonly property var money: buy.paying
    readonly property bool open: (money.accepts ?? []).length > 0
    readonly property bool tight: Look.wide && notice !== "" // then the bar gives way: which notes go in is never hidden

    question: open ? qsTr("Put in the notes one by one") : qsTr("Please wait a moment")
    notice: money.message ?? ""

    Column {
        width: parent.width
        spacing: Look.mm(screen.tight ? 3 : 5)

        Row {
            width: parent.width
            spacing: Look.gutter

            Figure {
                width: Math.floor((parent.width - Look.gutter) / 2)
                label: qsTr("Still to pay")
                value: screen.money.due ?? ""
                letters: screen.tight ? Look.title : Look.hero
                ink: Look.primary
            }
            Figure {
                width: Math.floor((parent.width - Look.gutter) / 2)
                label: qsTr("Paid so far")
                value: screen.money.paid ?? ""
                letters: screen.tight ? Look.title : Look.hero
            }
        }
        Rectangle {
            visible: !screen.tight
            width: parent.width
            height: Look.mm(6)
            radius: height / 2
            color: Look.surface
            border.width: Look.line
            border.color: Look.edge
            Accessible.role: Accessible.ProgressBar
            Accessible.name: qsTr("Paid %1 of %2").arg(screen.money.paid ?? "").arg(screen.money.total ?? "")

            Rectangle {
                width: Math.round(parent.width * (screen.money.part ?? 0))
                height: parent.height
                radius: height / 2
                color: Look.go
            }
        }
        Bills {
            width: parent.width
            visible: screen.open
            label: screen.tight ? "" : qsTr("The machine takes these notes now")
            bills: screen.money.bills ?? []
        }
        Notice {
            visible: text !== "" && !Look.wide && !(Look.large && screen.notice !== "")
            width: parent.width
            text: qsTr("No change: the machine never takes more than is still to pay.")
        }
    }
}
