import QtQuick
import "../controls"

// How to pay? Only what works now is offered, each with its sign and its words.
Stage {
    id: screen

    readonly property var money: buy.paying
    readonly property bool held: money.held ?? false
    readonly property var means: money.means ?? []
    readonly property int first: Math.max(0, means.findIndex(each => each !== "cash")) // what most people use
    readonly property int columns: Look.portrait || means.length < 2 ? 1 : 2

    question: qsTr("Please check and pay")
    hint: held ? "" : qsTr("Keeping your seats")
    notice: (money.message ?? "") !== "" ? money.message : money.busy ? (means.length === 0 ? qsTr("Your payment before is being taken back. One moment, please.") : qsTr("Your payment before is being taken back. You can pay another way now.")) : money.failed ? qsTr("That payment did not go through. Nothing was charged. Try again or pay another way.") : means.length === 0 ? qsTr("Nothing can be paid here at the moment. Touch Back, or buy at the ticket window.") : ""

    function words(means: string): string {
        switch (means) {
        case "cash":
            return qsTr("Cash")
        case "qr-scan":
            return qsTr("Show your payment code")
        case "qr-show":
            return qsTr("Scan our code")
        default:
            return qsTr("Bank card")
        }
    }

    function detail(means: string): string {
        switch (means) {
        case "cash":
            return screen.money.gives ? qsTr("Up to %1 change").arg(screen.money.gives) : qsTr("Exact amount: no change")
        case "qr-scan":
            return qsTr("Your phone under the scanner")
        case "qr-show":
            return qsTr("With WeChat Pay or Alipay")
        default:
            return qsTr("At the card terminal")
        }
    }

    function sign(means: string): string {
        return ({
                "cash": "cash",
                "qr-scan": "code",
                "qr-show": "qr",
                "card": "bank"
            })[means] ?? ""
    }

    Figure {
        id: sum

        width: parent.width
        visible: choices.y >= implicitHeight // the rail says it too
        label: screen.money.inside ? qsTr("Still to pay") : qsTr("To pay")
        value: screen.money.due ?? ""
        letters: Look.wide ? Look.title : Look.hero
    }

    Grid {
        id: choices

        readonly property int lines: Math.ceil(screen.means.length / columns)
        readonly property int each: Math.floor((width - (columns - 1) * spacing) / columns)

        anchors.bottom: parent.bottom
        width: parent.width
        columns: screen.columns
        spacing: Look.gutter

        Repeater {
            model: screen.means

            Action {
                required property string modelData
                required property int index

                objectName: "pay." + modelData
                width: choices.each
                height: Math.max(implicitHeight, Math.min(Look.mm(36), Math.floor((screen.room.height - sum.implicitHeight - Look.gutter - (choices.lines - 1) * choices.spacing) / Math.max(1, choices.lines))))
                enabled: screen.held
                tone: index === screen.first ? "primary" : "plain"
                letters: Look.wide || (Look.large && screen.means.length > 2) ? Look.body : Look.title
                sign: screen.sign(modelData)
                centred: false
                name: screen.words(modelData)
                detail: Look.large && screen.means.length > 1 && modelData !== "cash" ? "" : screen.detail(modelData)
                onTouched: buy.payBy(modelData)
            }
        }
    }
}
