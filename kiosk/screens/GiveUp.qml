import QtQuick
import "../controls"

// Stop although money is inside?
Stage {
    id: screen

    readonly property var money: kiosk.paying
    readonly property bool sent: money.sent ?? false

    question: sent ? qsTr("Please wait: your slip is being printed") : qsTr("Stop buying?")
    notice: money.message ?? ""

    Column {
        width: parent.width
        spacing: Look.mm(5)

        Figure {
            width: parent.width
            label: qsTr("Your money in the machine")
            value: screen.money.paid ?? ""
        }
        Label {
            width: parent.width
            text: qsTr("The machine cannot give bills back. You will get a slip with a number: take it to the ticket window and you will be paid in full.")
        }
    }

    Column {
        visible: !screen.sent
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Look.gutter

        Action {
            objectName: "giveUp.slip"
            width: parent.width
            name: qsTr("Stop, and give me the slip")
            sign: "slip"
            onTouched: kiosk.touch("giveUp")
        }
        Action {
            objectName: "giveUp.continue"
            width: parent.width
            tone: "primary"
            letters: Look.title
            sign: "cash"
            name: qsTr("Go on paying")
            onTouched: kiosk.touch("continue")
        }
    }
}
