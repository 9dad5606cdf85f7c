import QtQuick
import "../controls"

// The coach from above. Upright where there is height, the driver at the top; lying where there is width, the driver at
// the left. The machine has suggested seats; any other free one can be touched instead.
Stage {
    id: screen

    readonly property var plan: buy.seating
    readonly property bool lying: !Look.portrait
    readonly property int seat: Look.target
    readonly property int pitch: seat + Look.mm(1)
    readonly property int gangway: Look.mm(6)
    readonly property int lanes: 4 * pitch + gangway
    readonly property int front: Look.mm(11) // where the driver sits
    readonly property int sideWidth: lying ? Look.mm(54) : width - lanes - Look.mm(6)
    readonly property int along: (lying ? room.width - sideWidth - Look.mm(5) : room.height) - front - Look.mm(1)
    readonly property int fitting: Math.max(1, Math.floor(along / pitch))
    readonly property int rows: plan.rows ?? 0
    readonly property int pages: Math.max(1, Math.ceil(rows / fitting))
    readonly property int perPage: Math.ceil(rows / pages)
    property int page: 0

    question: (plan.wanted ?? 1) > 1 ? qsTr("Choose %1 seats").arg(plan.wanted) : qsTr("Choose your seat")

    Component.onCompleted: page = Math.min(pages - 1, Math.floor((plan.firstRow ?? 0) / Math.max(1, perPage)))

    Rectangle {
        id: coach

        width: screen.lying ? screen.front + screen.perPage * screen.pitch + Look.mm(1) : screen.lanes + Look.mm(1)
        height: screen.lying ? screen.lanes + Look.mm(1) : screen.front + screen.perPage * screen.pitch + Look.mm(1)
        radius: Look.mm(5)
        color: Look.surface
        border.width: Look.line
        border.color: Look.edge

        Item { // the wheel, at the left of who sits there
            id: wheel

            readonly property int size: Look.mm(8)

            visible: screen.page === 0
            x: screen.lying ? Look.mm(2) : Look.mm(6)
            y: screen.lying ? coach.height - size - Look.mm(6) : Look.mm(2)
            width: size
            height: size

            Rectangle {
                readonly property string told: Accessible.name

                anchors.fill: parent
                radius: width / 2
                color: "transparent"
                border.width: Look.mm(1)
                border.color: Look.quietInk
                Accessible.role: Accessible.Graphic
                Accessible.name: qsTr("The driver sits here")
            }
            Rectangle {
                anchors.centerIn: parent
                width: Look.mm(2.4)
                height: width
                radius: width / 2
                color: Look.quietInk
            }
        }

        Repeater {
            model: buy.seats

            Target {
                id: one

                required property var row
                readonly property bool free: row.state === "free"
                readonly property bool picked: row.state === "picked"
                readonly property int far: row.row - screen.page * screen.perPage // from the first row on show
                readonly property int across_: row.place === 2 ? -1 : row.place * screen.pitch + (row.place > 2 ? screen.gangway - screen.pitch : 0)
                readonly property int middle: Math.round((screen.lanes - screen.seat) / 2)
                readonly property int aside: Look.mm(1) + (across_ < 0 ? middle : across_)
                readonly property int down: screen.front + far * screen.pitch

                objectName: "seats." + row.seat
                visible: far >= 0 && far < screen.perPage
                enabled: free || picked
                checked: picked
                width: screen.seat
                height: screen.seat
                x: screen.lying ? down : aside
                y: screen.lying ? coach.height - aside - height : down
                name: picked ? qsTr("Seat %1, yours").arg(row.seat) : free ? qsTr("Seat %1, free").arg(row.seat) : qsTr("Seat %1, taken").arg(row.seat)
                onTouched: buy.pickSeat(row.seat)

                Rectangle {
                    anchors.fill: parent
                    radius: Look.corner
                    color: one.picked ? Look.primary : one.pressed ? Look.pressed : one.free ? Look.paper : Look.surface
                    border.width: one.free || one.picked ? Look.thick : Look.line
                    border.color: one.free || one.picked ? Look.primary : Look.offEdge
                }
                Label {
                    anchors.horizontalCenter: parent.horizontalCenter
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.verticalCenterOffset: one.picked ? -Look.mm(3) : 0
                    visible: one.free || one.picked
                    text: String(one.row.seat)
                    letters: Look.large ? Look.body : Look.letters(6)
                    strong: true
                    color: one.picked ? Look.primaryInk : Look.primary
                    Accessible.ignored: true
                }
                Icon {
                    anchors.horizontalCenter: parent.horizontalCenter
                    y: one.picked ? parent.height - height - Look.mm(1) : Math.round((parent.height - height) / 2)
                    visible: !one.free
                    sign: one.picked ? "tick" : "cross"
                    size: Look.mm(one.picked ? 7 : 9)
                    ink: one.picked ? Look.primaryInk : Look.off
                }
            }
        }
    }

    Item {
        id: side

        anchors.right: parent.right
        width: screen.sideWidth
        height: parent.height

        Figure {
            id: yours

            width: parent.width
            label: (screen.plan.wanted ?? 1) > 1 ? qsTr("Your seats") : qsTr("Your seat")
            value: (screen.plan.picked ?? []).join(" · ") || "–"
            letters: (screen.plan.wanted ?? 1) > 2 || Look.large ? Look.title : Look.hero
        }
        Label {
            id: legend

            anchors.top: yours.bottom
            anchors.topMargin: Look.mm(1)
            width: parent.width
            visible: !Look.wide && y + implicitHeight < turn.y
            text: qsTr("Frame: free. Cross: taken.")
            color: Look.quietInk
            letters: Look.quiet
        }
        Row {
            id: turn

            visible: screen.pages > 1
            anchors.bottom: any.top
            anchors.bottomMargin: Look.gutter
            width: parent.width
            height: visible ? Math.max(earlier.implicitHeight, later.implicitHeight) : 0
            spacing: Look.gutter

            Action {
                id: earlier

                objectName: "seats.front"
                width: Math.floor((parent.width - Look.gutter) / 2)
                height: parent.height
                enabled: screen.page > 0
                upright: true
                name: qsTr("Front")
                onTouched: screen.page -= 1
            }
            Action {
                id: later

                objectName: "seats.rear"
                width: earlier.width
                height: parent.height
                enabled: screen.page < screen.pages - 1
                upright: true
                name: qsTr("Rear")
                onTouched: screen.page += 1
            }
        }
        Action {
            id: any

            objectName: "seats.any"
            anchors.bottom: take.top
            anchors.bottomMargin: Look.gutter
            width: parent.width
            name: qsTr("Any seat")
            onTouched: buy.touch("anySeat")
        }
        Action {
            id: take

            objectName: "seats.confirm"
            anchors.bottom: parent.bottom
            width: parent.width
            enabled: screen.plan.ready ?? false
            tone: "primary"
            letters: screen.lying || Look.large ? Look.body : Look.title
            sign: screen.lying || Look.large ? "" : "tick"
            name: (screen.plan.wanted ?? 1) > 1 ? qsTr("Take these") : qsTr("Take this")
            onTouched: kiosk.touch("confirm")
        }
    }
}
