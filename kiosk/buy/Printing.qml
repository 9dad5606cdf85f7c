import QtQuick
import "../controls"

// Paid. The tickets are being made.
Stage {
    id: screen

    readonly property var tickets: buy.printing
    readonly property int count: tickets.count ?? 0

    question: count > 1 ? qsTr("Printing ticket %1 of %2").arg(tickets.now).arg(count) : qsTr("Printing your ticket")
    notice: tickets.message ?? ""

    Column {
        width: parent.width
        spacing: Look.mm(6)

        Row {
            spacing: Look.mm(4)

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                sign: "tick"
                size: Look.mm(14)
                ink: Look.go
            }
            Label {
                width: Math.min(implicitWidth, screen.width - Look.mm(18))
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Paid: %1").arg(buy.paying.paid ?? "")
                letters: Look.title
                strong: true
                color: Look.go
            }
        }
        Row {
            spacing: Look.mm(6)

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                sign: "printer"
                size: Look.mm(40)
                ink: Look.primary
            }
            Label {
                width: screen.width - Look.mm(46)
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("The ticket comes out of the slot below the screen. Please wait until it has stopped moving.")
                letters: Look.title
            }
        }
    }
}
