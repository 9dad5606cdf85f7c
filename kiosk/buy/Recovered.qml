import QtQuick
import "../controls"

// Business of before a restart, for whoever stands here.
Stage {
    id: screen

    readonly property var tickets: buy.printing
    readonly property var claim: buy.claim
    readonly property bool owed: claim.open ?? false
    readonly property bool unknown: (tickets.unknown ?? "") !== ""
    readonly property bool toPrint: (tickets.refused ?? 0) > 0
    readonly property bool busy: tickets.busy ?? false
    readonly property bool waiting: !owed && (tickets.count ?? 0) === 0 // the till is still finding out
    readonly property bool printed: !owed && !unknown && !toPrint && !busy && (tickets.count ?? 0) > 0

    question: owed ? qsTr("The machine restarted. Is this your money?") : qsTr("The machine restarted. Is this your ticket?")
    notice: tickets.trouble ?? ""

    Column {
        width: parent.width
        spacing: Look.mm(4)

        Label {
            width: parent.width
            visible: !(screen.owed && Look.wide)
            text: screen.owed ? screen.claim.reason ?? "" : screen.waiting ? screen.tickets.message ?? "" : screen.busy ? qsTr("It is paid and is being printed now. Please wait for it.") : screen.unknown ? qsTr("It is paid and valid, but nobody knows whether it was printed. If you do not have it, print a copy.") : screen.toPrint ? qsTr("It is paid and valid, but it was not printed yet.") : qsTr("It is paid and was printed. Please take it from the slot below the screen.")
        }
        Flow {
            visible: screen.owed
            width: parent.width
            spacing: Look.mm(8)

            Figure {
                width: Look.mm(Look.large ? 96 : 70)
                label: qsTr("To be paid back")
                value: screen.claim.money ?? ""
            }
            Figure {
                width: Math.min(screen.width, Look.mm(Look.large ? 170 : 130))
                label: qsTr("Slip number")
                value: screen.claim.number ?? ""
                letters: Look.title
            }
        }
        Notice {
            width: parent.width
            text: !screen.owed ? "" : screen.claim.slip ? qsTr("Take the slip to the ticket window to be paid back.") : qsTr("No slip came out: take the number to the ticket window.")
        }
        Label {
            width: parent.width
            visible: !screen.owed && text !== ""
            text: (kiosk.rail.people ?? []).join(" · ")
            strong: true
        }
    }

    Action {
        id: others

        objectName: "recovered.notMine"
        visible: !screen.printed
        x: 0
        y: Look.wide || screen.waiting ? parent.height - height : parent.height - mine.height - height - Look.gutter
        width: Look.wide ? Math.floor((parent.width - Look.gutter) / 2) : parent.width
        height: Look.wide ? Math.max(implicitHeight, mine.implicitHeight) : implicitHeight
        enabled: !screen.busy
        name: qsTr("It is not mine")
        sign: "cross"
        onTouched: buy.touch("notMine")
    }
    Action {
        id: mine

        objectName: screen.owed || screen.printed ? "recovered.finish" : "recovered.print"
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        visible: !screen.waiting
        width: others.width
        height: Look.wide ? Math.max(implicitHeight, others.implicitHeight) : implicitHeight
        enabled: !screen.busy
        tone: "primary"
        letters: Look.wide ? Look.body : Look.title
        sign: screen.owed || screen.printed ? "tick" : "printer"
        name: screen.owed ? qsTr("It is mine, I have the number") : screen.printed ? qsTr("I have it") : screen.unknown ? qsTr("It is mine: print a copy") : qsTr("It is mine: print it")
        onTouched: {
            if (screen.owed || screen.printed)
                kiosk.touch("finish")
            else if (screen.unknown)
                buy.printCopy(screen.tickets.unknown)
            else
                buy.touch("printAgain")
        }
    }
}
