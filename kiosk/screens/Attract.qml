import QtQuick
import "../controls"
import "../menu"

// Nobody is here: the next departures, and the whole screen to touch.
Item {
    id: attract

    readonly property int startWidth: Look.portrait ? width : Math.round(width * 0.29)
    readonly property int startHeight: Look.portrait ? Look.mm(56) : height - others.height - Look.gutter
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
        y: Look.portrait ? others.y - height - Look.gutter : 0
        width: attract.startWidth
        height: attract.startHeight
        radius: Look.corner
        color: Look.primary

        Grid {
            anchors.centerIn: parent
            columns: Look.portrait ? 2 : 1
            columnSpacing: Look.mm(8)
            rowSpacing: Look.mm(5)
            horizontalItemAlignment: Grid.AlignHCenter
            verticalItemAlignment: Grid.AlignVCenter

            Icon {
                sign: "touch"
                size: Look.mm(34)
                ink: Look.primaryInk
            }
            Column {
                width: Math.min(Math.max(touch.implicitWidth, buy.implicitWidth), start.width - Look.mm(Look.portrait ? 58 : 12))
                spacing: Look.mm(2)

                Label {
                    id: touch

                    width: parent.width
                    horizontalAlignment: Look.portrait ? Text.AlignLeft : Text.AlignHCenter
                    text: qsTr("Touch\nto start")
                    letters: Look.hero
                    strong: true
                    color: Look.primaryInk
                    lineHeight: 0.85
                }
                Label {
                    id: buy

                    width: parent.width
                    horizontalAlignment: touch.horizontalAlignment
                    text: qsTr("Buy your coach ticket here")
                    color: Look.primaryInk
                }
            }
        }
    }

    TaskButtons {
        id: others

        anchors.bottom: parent.bottom
        width: parent.width
        names: "attract"
        most: Look.portrait ? 3 : 6
    }

    Item {
        id: left

        width: Look.portrait ? parent.width : start.x - Look.margin
        height: Look.portrait ? start.y - Look.margin : others.y - Look.gutter

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

        Column {
            id: board

            readonly property int room: foot.y - y - (foot.height > 0 ? Look.gutter : 0)
            readonly property int shown: Math.max(1, Math.floor(room / Look.mm(Look.large ? 24 : 19)))
            readonly property int rowHeight: Math.floor(room / shown)

            objectName: "attract.board"
            anchors.top: header.bottom
            width: parent.width

            Repeater {
                id: coaches

                model: kiosk.board

                BoardRow {
                    required property int index

                    visible: index < board.shown
                    width: board.width
                    height: board.rowHeight
                }
            }
        }

        Label {
            visible: coaches.count === 0
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
                onTouched: kiosk.begin("recovered")
            }
        }
    }
}
