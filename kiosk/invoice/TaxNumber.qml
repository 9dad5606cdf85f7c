import QtQuick
import "../controls"

// The company's tax number, on our own keypad.
Stage {
    id: screen

    readonly property var buyer: invoice.buyer

    question: qsTr("The company's tax number")
    notice: (buyer.wrong ?? false) ? qsTr("Please compare it once more: a character seems to be wrong.") : ""

    Rectangle {
        id: box

        width: parent.width - next.width - Look.gutter
        height: next.height
        radius: Look.corner
        color: Look.surface
        border.width: (screen.buyer.wrong ?? false) ? Look.thick : Look.line
        border.color: (screen.buyer.wrong ?? false) ? Look.attention : Look.edge

        Label {
            readonly property string shown: screen.buyer.text ?? ""

            x: Look.mm(4)
            width: parent.width - 2 * x
            anchors.verticalCenter: parent.verticalCenter
            text: shown !== "" ? shown : qsTr("15 to 20 digits and letters, mostly 18")
            letters: shown !== "" && !Look.large && !Look.portrait ? Look.title : Look.body
            strong: shown !== ""
            color: shown !== "" ? Look.ink : Look.quietInk
            lineHeight: 0.85
        }
    }
    Action {
        id: next

        objectName: "taxNumber.next"
        anchors.right: parent.right
        enabled: screen.buyer.ready ?? false
        tone: "primary"
        letters: Look.title
        sign: "forward"
        name: qsTr("Next")
        onTouched: kiosk.touch("confirm")
    }
    Keys {
        anchors.top: box.bottom
        anchors.topMargin: Look.mm(3)
        names: "taxNumber.key"
        characters: "1234567890ABCDEFGHJKLMNPQRTUWXY"
        room: parent.width
        onTyped: character => kiosk.key(character)
    }
}
