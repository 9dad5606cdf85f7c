import QtQuick
import "../controls"

// Where to? The popular destinations as tiles; letters for all others.
Stage {
    id: screen

    readonly property bool spelling: buy.spelling.on ?? false
    readonly property string typed: buy.spelling.typed ?? ""
    readonly property int columns: Look.large ? (Look.portrait ? 1 : 2) : (Look.portrait ? 2 : 4)

    question: spelling ? qsTr("Spell the destination") : qsTr("Where to?")
    notice: buy.notice.said ?? ""

    Action {
        id: menu

        objectName: "whereTo.menu"
        visible: !screen.spelling
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: Math.floor((parent.width - Look.gutter) * 0.4)
        height: visible ? Math.max(implicitHeight, speller.implicitHeight) : 0
        name: qsTr("Already have a ticket?")
        sign: Look.large ? "" : "ticket"
        onTouched: kiosk.begin("menu")
    }

    Action {
        id: speller

        objectName: "whereTo.spell"
        visible: !screen.spelling
        anchors.bottom: parent.bottom
        width: parent.width - menu.width - Look.gutter
        height: visible ? Math.max(implicitHeight, menu.implicitHeight) : 0
        name: qsTr("Find another by its letters")
        sign: Look.large ? "" : "search"
        onTouched: buy.touch("spell")
    }

    Item {
        id: letters

        visible: screen.spelling
        anchors.bottom: parent.bottom
        width: parent.width
        height: visible ? typedBox.height + Look.mm(2) + keypad.height : 0

        Rectangle {
            id: typedBox

            width: parent.width
            height: Look.mm(16)
            radius: Look.corner
            color: Look.surface
            border.width: Look.line
            border.color: Look.edge

            Label {
                x: Look.mm(4)
                anchors.verticalCenter: parent.verticalCenter
                text: screen.typed === "" ? qsTr("First letters of the name in pinyin, such as HZ") : screen.typed
                letters: screen.typed === "" ? Look.body : Look.title
                strong: screen.typed !== ""
                color: screen.typed === "" ? Look.quietInk : Look.ink
                width: parent.width - 2 * x
            }
        }
        Keys {
            id: keypad

            anchors.top: typedBox.bottom
            anchors.topMargin: Look.mm(2)
            names: "whereTo.key"
            characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            usable: buy.spelling.next ?? ""
            room: screen.width
            onTyped: character => kiosk.key(character)
        }
    }

    Pages {
        id: list

        anchors.top: parent.top
        anchors.bottom: screen.spelling ? letters.top : speller.top
        anchors.bottomMargin: Look.gutter
        width: parent.width
        model: buy.destinations
        names: "whereTo"
        earlier: qsTr("Up")
        later: qsTr("Down")
        columns: screen.columns
        rowHeight: Look.mm(Look.large ? 27 : 24)

        delegate: Target {
            id: tile

            required property var row

            objectName: "whereTo.stop." + row.key
            width: GridView.view.cellWidth - Look.gutter
            height: GridView.view.cellHeight - Look.gutter
            visible: list.whole(tile)
            enabled: row.sold
            name: row.sold ? (row.time === "" ? qsTr("%1, on other days, from %2").arg(row.name).arg(row.from) : qsTr("%1, next coach %2, from %3").arg(row.name).arg(row.time).arg(row.from)) : qsTr("%1, no coach on sale").arg(row.name)
            onTouched: buy.chooseStop(row.key)

            Rectangle {
                anchors.fill: parent
                radius: Look.corner
                color: tile.pressed ? Look.pressed : tile.row.sold ? Look.paper : Look.surface
                border.width: Look.line
                border.color: tile.row.sold ? Look.primary : Look.rule
            }
            Column {
                x: Look.mm(4)
                width: parent.width - 2 * x
                anchors.verticalCenter: parent.verticalCenter

                Label {
                    width: parent.width
                    height: Math.min(implicitHeight, tile.height - below.implicitHeight - Look.mm(2))
                    fontSizeMode: Text.Fit
                    minimumPixelSize: Look.body
                    text: tile.row.name
                    letters: Look.title
                    strong: true
                    color: tile.row.sold ? Look.ink : Look.quietInk
                    lineHeight: 0.82
                    Accessible.ignored: true
                }
                Label {
                    id: below

                    width: parent.width
                    text: !tile.row.sold ? qsTr("No coach on sale") : tile.row.time === "" ? qsTr("On other days, from %1").arg(tile.row.from) : tile.row.otherDay !== "" ? qsTr("%1 %2, from %3").arg(tile.row.otherDay).arg(tile.row.time).arg(tile.row.from) : qsTr("%1, from %2").arg(tile.row.time).arg(tile.row.from)
                    letters: Look.quiet
                    color: Look.quietInk
                    Accessible.ignored: true
                }
            }
        }
    }
}
