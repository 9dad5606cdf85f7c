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
                label: qsTr("You will be paid")
                value: screen.claim.money ?? ""
            }
            Figure {
                width: Math.min(screen.width, Look.mm(Look.large ? 170 : 130))
                label: qsTr("Number of your slip")
                value: screen.claim.number ?? ""
                letters: Look.title
            }
        }
        Notice {
            width: parent.width
            text: !screen.owed ? "" : screen.claim.slip ? qsTr("Take the slip to the counter to be paid.") : qsTr("No slip came out: take the number to the counter.")
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
