import QtQuick
import "../controls"

// What happened, what it means for the money, what to do now.
Stage {
    id: screen

    readonly property var claim: kiosk.claim
    readonly property bool owed: claim.open ?? false

    question: owed ? qsTr("Your money is safe") : qsTr("Please choose again")

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
            text: !screen.owed ? "" : screen.claim.slip ? qsTr("Take the slip to the ticket window to be paid back.") : qsTr("No slip came out: take the number to the ticket window.")
        }
    }

    Action {
        objectName: "trouble.finish"
        anchors.bottom: parent.bottom
        width: parent.width
        tone: "primary"
        letters: Look.title
        sign: screen.owed ? "tick" : "forward"
        name: !screen.owed ? qsTr("Choose again") : screen.claim.slip ? qsTr("I have the slip") : qsTr("I have the number")
        onTouched: kiosk.touch("finish")
    }
}
