import QtQuick
import "../controls"

// Paid, but a ticket is not known to be in hand. The money is safe; the code can be photographed.
Stage {
    id: screen

    readonly property var tickets: kiosk.printing
    readonly property bool unknown: (tickets.unknown ?? "") !== ""

    question: unknown ? qsTr("Did your ticket come out?") : qsTr("Paid, but the ticket did not print")
    notice: tickets.message ?? ""

    Row {
        width: parent.width
        spacing: Look.mm(6)

        Code {
            id: code

            side: Look.mm(Look.portrait ? 62 : 56)
            picture: screen.tickets.code ?? ""
        }
        Label {
            width: parent.width - code.width - parent.spacing
            text: screen.unknown ? qsTr("Your ticket is paid and valid. If no paper came out, print a copy, or take a picture of this code: it opens the gate too.") : qsTr("Your money is safe and your seat is yours. Take a picture of this code: it opens the gate. Or ask staff to load paper, then print again.")
        }
    }

    Column {
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Look.gutter

        Action {
            objectName: "notPrinted.again"
            width: parent.width
            tone: screen.unknown ? "plain" : "primary"
            letters: screen.unknown ? Look.body : Look.title
            sign: "printer"
            name: screen.unknown ? qsTr("No: print a copy") : qsTr("Print again")
            onTouched: screen.unknown ? kiosk.printCopy(screen.tickets.unknown) : kiosk.touch("printAgain")
        }
        Action {
            objectName: "notPrinted.haveTicket"
            width: parent.width
            tone: screen.unknown ? "go" : "plain"
            letters: screen.unknown ? Look.title : Look.body
            sign: "tick"
            name: screen.unknown ? qsTr("Yes, I have it") : qsTr("I have a picture of the code")
            onTouched: kiosk.touch("haveTicket")
        }
    }
}
