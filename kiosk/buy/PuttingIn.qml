import QtQuick
import "../controls"

// Cash goes in: to pay, paid, and which notes and coins the machine takes now.
Stage {
    id: screen

    readonly property var money: buy.paying
    readonly property bool open: money.open ?? false
    readonly property bool tight: Look.wide // then the bar and the words give way: which notes go in is never hidden

    readonly property var coins: {
        const all = screen.money.coins ?? []
        return Look.large && all.length > 1 ? [{
                "text": qsTr("Coins"),
                "now": all.some(coin => coin.now)
            }] : all
    }

    question: open ? ((money.coins ?? []).length > 0 ? qsTr("Put in notes and coins one by one") : qsTr("Put in the notes one by one")) : qsTr("Please wait a moment")
    notice: money.message ?? ""

    Column {
        width: parent.width
        spacing: Look.mm(screen.tight ? 3 : 4)

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
            readonly property string told: Accessible.name

            visible: !screen.tight && screen.notice === ""
            width: parent.width
            height: Look.mm(5)
            radius: height / 2
            color: Look.surface
            border.width: Look.line
            border.color: Look.edge
            Accessible.role: Accessible.ProgressBar
            Accessible.name: qsTr("Paid %1 of %2").arg(screen.money.paid ?? "").arg(screen.money.total ?? "")

            Rectangle {
                width: Math.round(parent.width * Math.min(1, screen.money.part ?? 0))
                height: parent.height
                radius: height / 2
                color: Look.go
            }
        }
        Bills {
            width: parent.width
            visible: screen.open
            label: Look.large || screen.notice !== "" ? "" : qsTr("The machine takes these now")
            bills: [...(screen.money.notes ?? []), ...screen.coins]
        }
        Label {
            width: parent.width
            visible: !Look.wide && !(Look.large && screen.notice !== "")
            text: screen.money.gives ? qsTr("You get change, up to %1.").arg(screen.money.gives) : qsTr("No change: the machine never takes more than is still to pay.")
            color: Look.quietInk
        }
    }
}
