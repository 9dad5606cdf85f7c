import QtQuick
import "../controls"

// A document without a card to read: its kind, its number, the name in it.
Stage {
    id: screen

    readonly property var typing: buy.typing
    readonly property string field: typing.field ?? ""
    readonly property bool wrong: typing.wrong ?? false

    question: field === "kind" ? qsTr("Which document?") : field === "number" ? Names.document(typing.kind ?? 0) : qsTr("The name in the document")
    notice: wrong ? qsTr("Please check the number: it cannot be right.") : ""

    Pages {
        id: list

        visible: screen.field === "kind"
        anchors.fill: parent
        model: screen.typing.documents ?? []
        names: "typing"
        earlier: qsTr("Up")
        later: qsTr("Down")
        rowHeight: Look.mm(Look.large ? 28 : 26)
        columns: Look.portrait ? 1 : 2

        delegate: Action {
            id: document

            required property int modelData

            objectName: "typing.document." + modelData
            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(document)
            name: Names.document(modelData)
            sign: "card"
            centred: false
            onTouched: buy.chooseDocument(modelData)
        }
    }

    Item {
        visible: screen.field === "number" || screen.field === "name"
        anchors.fill: parent

        Rectangle {
            id: box

            width: parent.width - next.width - Look.gutter
            height: next.height
            radius: Look.corner
            color: Look.surface
            border.width: screen.wrong ? Look.thick : Look.line
            border.color: screen.wrong ? Look.attention : Look.edge

            Label {
                x: Look.mm(4)
                width: parent.width - 2 * x
                anchors.verticalCenter: parent.verticalCenter
                readonly property string shown: screen.typing.text ?? ""
                text: shown !== "" ? shown : screen.field === "name" ? qsTr("In Latin letters (pinyin)") : screen.typing.resident ? qsTr("18 digits, the last may be X") : qsTr("Letters and digits as printed")
                letters: shown !== "" && !Look.large ? Look.title : Look.body
                strong: shown !== ""
                color: shown !== "" ? Look.ink : Look.quietInk
            }
        }

        Keys {
            id: keypad

            readonly property bool digits: screen.field === "number" && (screen.typing.resident ?? false)

            anchors.top: box.bottom
            anchors.topMargin: Look.mm(3)
            names: "typing.key"
            characters: digits ? "1234567890X" : screen.field === "name" ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890"
            room: digits && !Look.portrait ? Math.min(parent.width, Look.mm(Look.large ? 210 : 150)) : parent.width
            columnsWanted: digits ? (Look.portrait ? 3 : Look.large ? 6 : 4) : 0
            space: screen.field === "name"
            onTyped: character => kiosk.key(character)
        }

        Action {
            id: next

            objectName: "typing.next"
            anchors.right: parent.right
            enabled: screen.typing.ready ?? false
            tone: "primary"
            letters: Look.title
            sign: "forward"
            name: qsTr("Next")
            onTouched: kiosk.touch("confirm")
        }
    }
}
