import QtQuick
import "../controls"

// One traveller's ticket: which kind, with a child or without, or none at all.
Stage {
    id: screen

    readonly property var rider: buy.who

    question: qsTr("Which ticket for %1?").arg(rider.name ? rider.name : rider.number ?? "")

    Grid {
        id: choices

        readonly property int each: Math.floor((screen.width - (columns - 1) * spacing) / columns)

        columns: Look.wide ? 2 : 1
        spacing: Look.mm(Look.large ? 3 : 4)

        Repeater {
            model: screen.rider.kinds ?? []

            Action {
                required property var modelData

                objectName: "rider.kind." + modelData.kind
                width: choices.each
                name: qsTr("%1 %2").arg(Names.ticket(modelData.kind)).arg(modelData.fare)
                detail: Names.ticketWho(modelData.kind)
                sign: checked ? "tick" : ""
                checked: screen.rider.kind === modelData.kind
                centred: false
                onTouched: buy.setKind(modelData.kind)
            }
        }

        Action {
            objectName: "rider.child"
            visible: screen.rider.mayCarry ?? false
            width: choices.each
            name: qsTr("With a child, free, no seat")
            detail: qsTr("Up to 6 years or 1.2 m")
            sign: checked ? "tick" : "plus"
            checked: (screen.rider.children ?? 0) > 0
            centred: false
            onTouched: buy.setChildren(checked ? 0 : 1)
        }
    }

    Action {
        id: remove

        objectName: "rider.remove"
        anchors.bottom: parent.bottom
        width: Math.floor((parent.width - Look.gutter) * 0.42)
        height: done.height
        name: qsTr("Remove")
        sign: "cross"
        onTouched: buy.dropRider(screen.rider.handle)
    }
    Action {
        id: done

        objectName: "rider.done"
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: parent.width - remove.width - Look.gutter
        tone: "primary"
        letters: Look.title
        sign: "tick"
        name: qsTr("Done")
        onTouched: kiosk.touch("confirm")
    }
}
