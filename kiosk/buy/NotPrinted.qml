import QtQuick
import "../controls"

// Paid, but a ticket is not known to be in hand. The money is safe; the code can be photographed.
Stage {
    id: screen

    readonly property var tickets: buy.printing
    readonly property bool unknown: (tickets.unknown ?? "") !== ""

    question: unknown ? qsTr("Did your ticket come out?") : qsTr("Paid, but the ticket did not print")
    notice: tickets.trouble ?? ""

    Row {
        id: facts

        width: parent.width
        height: Math.min(again.y, have.y) - Look.gutter
        spacing: Look.mm(6)

        Code {
            id: code

            side: Math.min(facts.height, Look.mm(Look.portrait ? 66 : 56))
            picture: screen.tickets.code ?? ""
        }
        Label {
            width: parent.width - code.width - parent.spacing
            letters: Look.portrait || Look.large || text.length > 110 ? Look.body : Look.title
            text: screen.unknown ? qsTr("Your ticket is paid and valid. If no paper came out, print a copy, or take a picture of this code: it is good at the gate too.") : qsTr("Your money is safe and your seat is yours. Show a picture of this code at the gate, or ask staff to load paper, then print again.")
        }
    }

    Action {
        id: again

        readonly property bool main: !screen.unknown

        objectName: "notPrinted.again"
        x: Look.wide && main ? parent.width - width : 0
        y: main || Look.wide ? parent.height - height : parent.height - have.height - height - Look.gutter
        width: Look.wide ? Math.floor((parent.width - Look.gutter) / 2) : parent.width
        height: Look.wide ? Math.max(implicitHeight, have.implicitHeight) : implicitHeight
        tone: main ? "primary" : "plain"
        letters: main && !Look.wide ? Look.title : Look.body
        sign: "printer"
        name: screen.unknown ? qsTr("No: print a copy") : qsTr("Print again")
        onTouched: screen.unknown ? buy.printCopy(screen.tickets.unknown) : buy.touch("printAgain")
    }
    Action {
        id: have

        readonly property bool main: screen.unknown

        objectName: "notPrinted.haveTicket"
        x: Look.wide && main ? parent.width - width : 0
        y: main || Look.wide ? parent.height - height : parent.height - again.height - height - Look.gutter
        width: again.width
        height: Look.wide ? Math.max(implicitHeight, again.implicitHeight) : implicitHeight
        tone: main ? "go" : "plain"
        letters: main && !Look.wide ? Look.title : Look.body
        sign: "tick"
        name: screen.unknown ? qsTr("Yes, I have it") : qsTr("I have a picture of it")
        onTouched: buy.touch("haveTicket")
    }
}
