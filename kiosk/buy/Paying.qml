import QtQuick
import "../controls"

// Paying without cash: our code, the passenger's code, the terminal; and when nobody knows yet what became of it.
Stage {
    id: screen

    readonly property var payment: buy.payment
    readonly property string state_: payment.state ?? ""
    readonly property bool card: payment.means === "card"
    readonly property bool showing: state_ === "showing-code" && (payment.code ?? "") !== ""
    readonly property bool doubt: state_ === "unclear" || state_ === "reversing"
    readonly property bool stopping: payment.stopping ?? false

    question: stopping && !doubt ? qsTr("Stopping this payment") : titles[state_] ?? ""
    notice: doubt ? "" : payment.message ?? ""

    readonly property var titles: ({
            "starting": qsTr("Preparing your payment"),
            "waiting-code": qsTr("Hold your payment code under the scanner"),
            "showing-code": qsTr("Scan this code with your phone"),
            "confirming": card ? qsTr("Please follow the card terminal") : qsTr("Please confirm on your phone"),
            "unclear": qsTr("We do not know yet whether your payment went through"),
            "reversing": qsTr("Your payment is being taken back")
        })
    readonly property var sentences: ({
            "starting": qsTr("One moment, please."),
            "waiting-code": qsTr("Open the payment code in WeChat or Alipay, turn the brightness up, and hold the phone a hand's width under the scanner."),
            "showing-code": qsTr("Use WeChat, Alipay or your bank's app. This page goes on by itself once it is paid."),
            "confirming": card ? qsTr("Insert, swipe or hold your card at the terminal beside the screen, and enter your PIN there.") : qsTr("Enter your password or look at your phone. This page goes on by itself."),
            "unclear": qsTr("Please do not pay again. We keep asking. If it went through, your ticket is printed; if not, nothing is charged."),
            "reversing": qsTr("It was never confirmed. If your account was charged, the money goes back the way it came. You can pay another way now.")
        })

    Row {
        id: facts

        width: parent.width
        height: parent.height - (act.visible ? act.height + Look.gutter : 0)
        spacing: Look.mm(6)

        Code {
            id: code

            visible: screen.showing
            side: Math.min(facts.height, Look.mm(Look.portrait ? 90 : 100), Math.floor(screen.width * 0.55))
            picture: screen.payment.code ?? ""
            Accessible.name: qsTr("The code to pay with")
        }
        Icon {
            id: drawn

            visible: !screen.showing && !Look.wide
            sign: screen.doubt ? "attention" : screen.card ? "bank" : screen.state_ === "waiting-code" ? "code" : screen.state_ === "starting" ? "clock" : "phone"
            size: Look.mm(Look.large ? 30 : 46)
            ink: screen.doubt ? Look.attention : Look.primary
        }
        Column {
            width: parent.width - (code.visible ? code.width + parent.spacing : drawn.visible ? drawn.width + parent.spacing : 0)
            spacing: Look.mm(Look.wide ? 1 : 4)

            Figure {
                id: due

                width: parent.width
                visible: !Look.wide && !(Look.large && screen.doubt)
                label: qsTr("To pay")
                value: screen.payment.due ?? ""
                letters: Look.large ? Look.title : Look.hero
            }
            Label {
                id: sentence

                width: parent.width
                height: Math.min(implicitHeight, Math.max(Look.body * 1.4, facts.height - (due.visible ? due.implicitHeight + parent.spacing : 0) - (left.visible ? left.implicitHeight + parent.spacing : 0)))
                fontSizeMode: Text.Fit
                minimumPixelSize: Look.body
                visible: !(Look.wide && screen.showing)
                text: screen.doubt && screen.payment.message ? screen.payment.message : screen.sentences[screen.state_] ?? ""
                letters: screen.doubt && !Look.large ? Look.title : Look.body
            }
            Label {
                id: left

                width: parent.width
                visible: (screen.payment.seconds ?? 0) > 0 && !screen.doubt
                ticking: true
                text: qsTr("%1 seconds left").arg(screen.payment.seconds ?? 0)
                strong: true
                color: Look.quietInk
            }
        }
    }

    Action {
        id: act

        readonly property bool back: screen.state_ === "reversing"

        objectName: back ? "paying.otherMeans" : screen.state_ === "unclear" ? "paying.takeBack" : "paying.stop"
        visible: screen.state_ !== ""
        anchors.bottom: parent.bottom
        width: parent.width
        enabled: !screen.stopping
        tone: back ? "primary" : "plain"
        letters: back && !Look.wide ? Look.title : Look.body
        sign: back ? "forward" : screen.state_ === "unclear" ? "refund" : "back"
        name: back ? qsTr("Pay another way") : screen.state_ === "unclear" ? qsTr("Take this payment back") : qsTr("Stop, and pay another way")
        onTouched: {
            if (back)
                buy.touch("otherMeans")
            else if (screen.state_ === "unclear")
                buy.touch("stopPaying")
            else
                kiosk.touch("back")
        }
    }
}
