import QtQuick
import "../controls"

// Nobody is here: the next departures, and the whole screen to touch.
Item {
    id: attract

    readonly property int startWidth: Look.portrait ? width : Math.round(width * 0.29)
    readonly property int startHeight: Look.portrait ? Look.mm(Look.large ? 62 : 56) : height
    readonly property bool recovered: kiosk.band.recovered ?? false

    Target {
        anchors.fill: parent
        objectName: "attract.start"
        name: qsTr("Touch to start")
        onTouched: kiosk.touch("start")
    }

    Rectangle {
        id: start

        x: Look.portrait ? 0 : parent.width - width
        y: Look.portrait ? parent.height - height : 0
        width: attract.startWidth
        height: attract.startHeight
        radius: Look.corner
        color: Look.primary

        Column {
            anchors.centerIn: parent
            width: parent.width - 2 * Look.mm(6)
            spacing: Look.mm(4)

            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                sign: "touch"
                size: Look.mm(Look.portrait ? 18 : 34)
                ink: Look.primaryInk
            }
            Label {
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                text: qsTr("Touch to start")
                letters: Look.hero
                strong: true
                color: Look.primaryInk
                lineHeight: 0.85
            }
            Label {
                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                text: qsTr("Buy a ticket for today’s coaches")
                color: Look.primaryInk
            }
        }
    }

    Item {
        id: left

        width: Look.portrait ? parent.width : start.x - Look.margin
        height: Look.portrait ? start.y - Look.margin : parent.height

        Label {
            id: heading

            width: parent.width
            text: qsTr("Next departures")
            letters: Look.title
            strong: true
            Accessible.role: Accessible.Heading
        }

        BoardRow {
            id: header

            anchors.top: heading.bottom
            anchors.topMargin: Look.mm(1)
            width: parent.width
            height: Math.max(implicitHeight, Look.mm(8))
            header: true
            row: ({
                    "time": qsTr("Departs"),
                    "to": qsTr("To"),
                    "gate": qsTr("Gate"),
                    "free": qsTr("Seats left"),
                    "fare": qsTr("Fare")
                })
        }

        ListView {
            id: board

            objectName: "attract.board"
            anchors.top: header.bottom
            width: parent.width
            height: Math.floor((foot.y - y) / rowHeight) * rowHeight
            clip: true
            interactive: false
            cacheBuffer: 0
            model: kiosk.board

            readonly property int rowHeight: Look.mm(Look.large ? 24 : 20)

            delegate: BoardRow {
                width: board.width
                height: board.rowHeight
            }
        }

        Label {
            visible: board.count === 0
            anchors.top: header.bottom
            anchors.topMargin: Look.gutter
            width: parent.width
            text: qsTr("No coach is on sale here at the moment. Please ask at the ticket window.")
        }

        Column {
            id: foot

            anchors.bottom: parent.bottom
            width: parent.width
            spacing: Look.mm(2)

            Repeater {
                model: kiosk.top.notices ?? []

                Notice {
                    required property string modelData

                    width: left.width
                    text: modelData
                }
            }

            Action {
                objectName: "attract.recovered"
                visible: attract.recovered
                width: parent.width
                name: qsTr("Waiting for a ticket from before the restart? Touch here.")
                sign: "attention"
                centred: false
                onTouched: kiosk.touch("showRecovered")
            }
        }
    }
}
