import QtQuick
import "../controls"
import "../find"

// Where the invoice will be, and when.
Stage {
    id: screen

    readonly property var made: invoice.made
    readonly property bool linked: made.linked ?? false

    question: linked ? qsTr("Scan this code to get your invoice") : qsTr("Your invoice has been asked for")

    Grid {
        id: parts

        readonly property int room: done.y - Look.gutter
        readonly property int side: !screen.linked ? 0 : Look.portrait ? Math.min(width, Math.round(room * (screen.made.online ? 0.55 : 0.42))) : Math.min(room, Math.round(screen.width * 0.42))

        width: parent.width
        columns: Look.portrait || !screen.linked ? 1 : 2
        spacing: Look.mm(6)

        Code {
            visible: screen.linked
            side: parts.side
            picture: screen.made.code ?? ""
            Accessible.name: qsTr("The code of your invoice's page")
        }
        Column {
            width: Look.portrait || !screen.linked ? parts.width : parts.width - parts.side - parts.spacing
            spacing: Look.mm(4)

            Notice {
                width: parent.width
                text: screen.made.online ? "" : qsTr("This station is offline now. Your request is kept, and sent as soon as it is back.")
            }
            Label {
                width: parent.width
                visible: text !== ""
                text: screen.made.said ?? ""
                letters: Look.large || !screen.made.online ? Look.body : Look.title
            }
        }
    }

    Pair {
        id: done

        objectName: "invoiced"
        anchors.bottom: parent.bottom
        width: parent.width
        other: (find.ticket.several ?? false) ? qsTr("Another of my tickets") : ""
        otherSign: "ticket"
        otherName: "invoiced.another"
        main: qsTr("Finish")
        onOtherTouched: find.touch("another")
        onMainTouched: kiosk.touch("finish")
    }
}
