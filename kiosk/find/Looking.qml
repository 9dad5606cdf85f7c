import QtQuick
import "../controls"

// Where is your ticket? Show its code, put the ID card down, or type.
Stage {
    id: screen

    readonly property var looking: find.looking
    readonly property bool typing: looking.typing ?? false
    readonly property bool busy: looking.busy ?? false
    readonly property bool scanner: looking.scanner ?? false
    readonly property bool reader: looking.reader ?? false

    readonly property string said: looking.said ?? ""
    readonly property bool tight: Look.wide && typing && said !== "" // there is height for one sentence

    question: tight ? said : asks(looking.task ?? "")
    notice: tight ? "" : said

    function asks(task: string): string {
        switch (task) {
        case "collect":
            return qsTr("Which ticket do you want to collect?")
        case "change":
            return qsTr("Which ticket do you want to change?")
        case "refund":
            return qsTr("Which ticket do you want to refund?")
        case "invoice":
            return qsTr("Which trip do you want an invoice for?")
        default:
            return qsTr("Which ticket do you want to check?")
        }
    }

    Grid {
        id: ways

        readonly property int count: (screen.scanner ? 1 : 0) + (screen.reader ? 1 : 0)
        readonly property int eachWidth: columns > 1 ? Math.floor((screen.width - Look.gutter) / 2) : screen.width
        readonly property int rowsShown: Math.max(1, Math.ceil(count / columns))
        readonly property int eachHeight: Math.min(Look.mm(Look.portrait ? 84 : 96), Math.floor((typer.y - Look.gutter - (rowsShown - 1) * Look.gutter) / rowsShown))

        visible: !screen.typing
        columns: Look.portrait ? 1 : 2
        spacing: Look.gutter

        Holding {
            objectName: "looking.code"
            visible: screen.scanner
            width: ways.eachWidth
            height: ways.eachHeight
            what: "code"
            text: qsTr("Hold your ticket's code under the scanner")
        }
        Holding {
            objectName: "looking.card"
            visible: screen.reader
            width: ways.eachWidth
            height: ways.eachHeight
            what: "card"
            text: qsTr("Put your ID card on the reader")
        }
    }

    Label {
        visible: !screen.typing && ways.count === 0
        width: parent.width
        text: qsTr("The scanner and the card reader do not work now. Please type the number on your ticket.")
        letters: Look.title
    }

    Action {
        id: typer

        objectName: "looking.type"
        visible: !screen.typing
        anchors.bottom: parent.bottom
        width: parent.width
        tone: ways.count === 0 ? "primary" : "plain"
        name: qsTr("Type the ticket number or the order code")
        sign: "keys"
        onTouched: find.touch("typeCode")
    }

    Item {
        visible: screen.typing
        anchors.fill: parent

        Rectangle {
            id: box

            width: parent.width - next.width - Look.gutter
            height: next.height
            radius: Look.corner
            color: Look.surface
            border.width: Look.line
            border.color: Look.edge

            Label {
                readonly property string shown: screen.looking.text ?? ""

                x: Look.mm(4)
                width: parent.width - 2 * x
                anchors.verticalCenter: parent.verticalCenter
                text: shown !== "" ? shown : qsTr("20 digits, or 10 characters")
                letters: shown !== "" && !Look.large && !Look.portrait ? Look.title : Look.body
                strong: shown !== ""
                color: shown !== "" ? Look.ink : Look.quietInk
                lineHeight: 0.85
            }
        }
        Action {
            id: next

            objectName: "looking.find"
            anchors.right: parent.right
            enabled: (screen.looking.ready ?? false) && !screen.busy
            tone: "primary"
            letters: Look.title
            sign: "search"
            name: qsTr("Find")
            onTouched: kiosk.touch("confirm")
        }
        Keys {
            anchors.top: box.bottom
            anchors.topMargin: Look.mm(3)
            names: "looking.key"
            characters: "1234567890ABCDEFGHJKMNPQRSTVWXYZ"
            room: parent.width
            onTyped: character => kiosk.key(character)
        }
    }
}
