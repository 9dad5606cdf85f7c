import QtQuick
import "../controls"

// Stop although money is inside?
Stage {
    id: screen

    readonly property var money: buy.paying
    readonly property bool sent: money.sent ?? false

    question: sent ? qsTr("Please wait: your slip is being printed") : qsTr("Stop buying?")
    notice: money.message ?? ""

    Flow {
        width: parent.width
        spacing: Look.mm(5)

        Figure {
            id: inside

            width: Look.wide ? Look.mm(100) : parent.width
            label: qsTr("Your money in the machine")
            value: screen.money.paid ?? ""
        }
        Label {
            width: Look.wide ? parent.width - inside.width - parent.spacing : parent.width
            text: qsTr("The machine cannot give notes back. You will get a slip with a number: take it to the ticket window and you are paid back in full.")
        }
    }

    Action {
        id: slip

        objectName: "giveUp.slip"
        visible: !screen.sent
        y: Look.wide ? parent.height - height : parent.height - more.height - height - Look.gutter
        width: Look.wide ? Math.floor((parent.width - Look.gutter) / 2) : parent.width
        height: Look.wide ? Math.max(implicitHeight, more.implicitHeight) : implicitHeight
        name: qsTr("Stop, and give me the slip")
        sign: "slip"
        onTouched: buy.touch("giveUp")
    }
    Action {
        id: more

        objectName: "giveUp.continue"
        visible: !screen.sent
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: slip.width
        height: Look.wide ? Math.max(implicitHeight, slip.implicitHeight) : implicitHeight
        tone: "primary"
        letters: Look.title
        sign: "cash"
        name: qsTr("Go on paying")
        onTouched: kiosk.touch("continue")
    }
}
