import QtQuick
import "../controls"

// Stop although money is inside?
Stage {
    id: screen

    readonly property var money: buy.paying
    readonly property bool sent: money.sent ?? false
    readonly property bool beside: !Look.portrait // buttons beside each other: there is little height
    readonly property string way: money.back ?? ""

    question: sent ? (way === "slip" ? qsTr("Please wait: your slip is being printed") : qsTr("Please wait: your money is coming")) : Look.wide ? qsTr("Stop buying? %1 is in the machine.").arg(money.paid ?? "") : qsTr("Stop buying?")
    notice: money.message ?? ""

    Flow {
        width: parent.width
        spacing: Look.mm(5)

        Figure {
            width: parent.width
            visible: !Look.wide // the question says it there
            label: qsTr("Your money in the machine")
            value: screen.money.paid ?? ""
        }
        Label {
            width: parent.width
            text: screen.way === "coins" ? qsTr("It comes back in coins, into the tray below the screen.") : screen.way === "part" ? qsTr("The machine gives %1 back in coins. For the rest you get a slip with a number: take it to the ticket window.").arg(screen.money.gives ?? "") : qsTr("The machine cannot give notes back. You will get a slip with a number: take it to the ticket window and you are paid back in full.")
        }
    }

    Action {
        id: stop

        objectName: "giveUp.slip"
        visible: !screen.sent
        y: (other.visible ? other.y - Look.gutter : screen.beside ? parent.height : more.y - Look.gutter) - height
        width: screen.beside ? Math.floor((parent.width - Look.gutter) / 2) : parent.width
        height: screen.beside && !other.visible ? Math.max(implicitHeight, more.implicitHeight) : implicitHeight
        name: screen.way === "coins" ? qsTr("Stop, and give my money back") : screen.way === "part" ? qsTr("Stop: coins and a slip, please") : qsTr("Stop, and give me the slip")
        sign: screen.way === "coins" ? "refund" : "slip"
        onTouched: buy.touch("giveUp")
    }
    Action {
        id: other

        objectName: "giveUp.otherMeans"
        visible: !screen.sent && (screen.money.others ?? false)
        y: screen.beside ? parent.height - height : more.y - height - Look.gutter
        width: stop.width
        height: screen.beside ? Math.max(implicitHeight, more.implicitHeight) : implicitHeight
        name: qsTr("Pay the rest another way")
        sign: screen.beside ? "" : "swap"
        onTouched: buy.touch("otherMeans")
    }
    Action {
        id: more

        objectName: "giveUp.continue"
        visible: !screen.sent
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: stop.width
        height: screen.beside ? Math.max(implicitHeight, other.visible ? other.implicitHeight : stop.implicitHeight) : implicitHeight
        tone: "primary"
        letters: Look.title
        sign: "cash"
        name: qsTr("Go on paying")
        onTouched: kiosk.touch("continue")
    }
}
