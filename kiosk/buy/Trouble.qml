import QtQuick
import "../controls"

// What happened, what it means for the money, what to do now.
Stage {
    id: screen

    readonly property var claim: buy.claim
    readonly property bool owed: claim.open ?? false
    readonly property string returned: buy.paying.returned ?? "" // what came back at once
    readonly property bool again: claim.again ?? false

    question: owed ? qsTr("Your money is safe") : again ? qsTr("Please choose again") : qsTr("No tickets are sold here now")

    Column {
        width: parent.width
        spacing: Look.mm(4)

        Label {
            width: parent.width
            visible: !(screen.owed && Look.wide)
            text: screen.owed ? screen.claim.reason ?? "" : screen.claim.words ?? ""
            letters: screen.owed ? Look.body : Look.title
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
            text: !screen.owed ? "" : screen.returned !== "" && Look.wide ? qsTr("%1 is in the tray; the rest is at the ticket window.").arg(screen.returned) : screen.returned !== "" ? (screen.claim.slip ? qsTr("%1 is in the tray below. For the rest, take the slip to the ticket window.").arg(screen.returned) : qsTr("%1 is in the tray below. For the rest, take the number to the ticket window.").arg(screen.returned)) : screen.claim.slip ? qsTr("Take the slip to the ticket window to be paid back.") : qsTr("No slip came out: take the number to the ticket window.")
        }
    }

    Action {
        objectName: "trouble.finish"
        anchors.bottom: parent.bottom
        width: parent.width
        tone: "primary"
        letters: Look.title
        sign: screen.owed || !screen.again ? "tick" : "forward"
        name: !screen.owed ? (screen.again ? qsTr("Choose again") : qsTr("Finish")) : screen.claim.slip ? qsTr("I have the slip") : qsTr("I have the number")
        onTouched: kiosk.touch("finish")
    }
}
