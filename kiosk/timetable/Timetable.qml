import QtQuick
import "../controls"

// What leaves, by day and by the letters of a destination.
Stage {
    id: screen

    readonly property var reading: timetable.reading
    readonly property bool spelling: reading.spelling ?? false
    readonly property string typed: reading.typed ?? ""

    question: spelling ? (typed === "" ? qsTr("Spell the destination") : qsTr("To: %1").arg(typed)) : qsTr("Timetable")

    Days {
        id: days

        visible: !screen.spelling && (screen.reading.days ?? []).length > 0
        width: parent.width
        days: screen.reading.days ?? []
        names: "timetable.day"
        onChosen: day => timetable.readDay(day)
    }

    Label {
        visible: list.rows === 0
        anchors.top: list.top
        width: parent.width
        text: screen.reading.waiting ? qsTr("One moment, please.") : qsTr("Nothing leaves. Choose another day, or other letters.")
    }

    Pages {
        id: list

        anchors.top: days.bottom
        anchors.topMargin: days.visible ? Look.gutter : 0
        anchors.bottom: screen.spelling ? keypad.top : act.top
        anchors.bottomMargin: Look.gutter
        width: parent.width
        model: timetable.runs
        names: "timetable"
        earlier: qsTr("Earlier")
        later: qsTr("Later")
        rowHeight: Look.mm(!Look.large ? (Look.portrait ? 24 : 16) : Look.portrait ? 52 : 30)

        delegate: Item {
            id: line

            required property var row
            readonly property string leaving: row.otherDay !== "" ? row.otherDay : row.left >= 0 ? Names.left(row.left) : ""
            readonly property string more: row.note !== "" ? row.note : Look.large ? row.fare : qsTr("Gate %1, %2 seats left").arg(row.gate).arg(row.free)

            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(line)

            Label {
                id: time

                anchors.verticalCenter: parent.verticalCenter
                text: line.row.time
                letters: Look.large ? Look.title : Look.letters(8)
                strong: true
            }
            Column {
                anchors.left: time.right
                anchors.leftMargin: Look.mm(6)
                anchors.right: fare.visible ? fare.left : parent.right
                anchors.rightMargin: Look.mm(4)
                anchors.verticalCenter: parent.verticalCenter

                Label {
                    width: parent.width
                    height: Math.min(implicitHeight, line.height - below.implicitHeight)
                    fontSizeMode: Text.Fit
                    minimumPixelSize: Look.body
                    text: line.row.to
                    strong: true
                    lineHeight: 0.85
                }
                Label {
                    id: below

                    width: parent.width
                    text: [line.leaving, line.more].filter(part => part !== "").join(" · ")
                    letters: Look.quiet
                    color: line.row.note !== "" ? Look.attention : Look.quietInk
                    lineHeight: 0.85
                }
            }
            Label {
                id: fare

                visible: !Look.large
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                text: line.row.fare
                strong: true
            }
            Rectangle {
                anchors.bottom: parent.bottom
                anchors.bottomMargin: -Math.round(Look.gutter / 2)
                width: parent.width
                height: Look.line
                color: Look.rule
            }
        }
    }

    Keys {
        id: keypad

        visible: screen.spelling
        anchors.bottom: act.top
        anchors.bottomMargin: visible ? Look.gutter : 0
        height: visible ? implicitHeight : 0
        names: "timetable.key"
        characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        usable: screen.reading.next ?? ""
        room: screen.width
        onTyped: character => kiosk.key(character)
    }

    Item {
        id: act

        anchors.bottom: parent.bottom
        width: parent.width
        height: screen.spelling ? 0 : Math.max(letters.implicitHeight, tickets.implicitHeight)
        visible: !screen.spelling

        Action {
            id: letters

            objectName: "timetable.byLetters"
            width: tickets.visible ? Math.floor((parent.width - Look.gutter) / 2) : parent.width
            height: parent.height
            sign: Look.large ? "" : "search"
            name: qsTr("Find a place by its letters")
            onTouched: timetable.touch("byLetters")
        }
        Action {
            id: tickets

            objectName: "timetable.buy"
            visible: screen.reading.sells ?? false
            anchors.right: parent.right
            width: letters.width
            height: parent.height
            tone: "primary"
            letters: Look.large ? Look.body : Look.title
            sign: Look.large ? "" : "ticket"
            name: qsTr("Buy a ticket")
            onTouched: kiosk.begin("buy")
        }
    }
}
