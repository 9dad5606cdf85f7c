import QtQuick
import "../controls"

// One traveller's ticket: which kind, with a child or without, or none at all.
Stage {
    id: screen

    readonly property var rider: kiosk.who

    question: qsTr("Which ticket for %1?").arg(rider.name ? rider.name : rider.number ?? "")

    Column {
        id: choices

        width: parent.width
        spacing: Look.gutter

        Repeater {
            model: screen.rider.kinds ?? []

            Action {
                required property var modelData

                objectName: "rider.kind." + modelData.kind
                width: choices.width
                name: qsTr("%1 %2").arg(Names.ticket(modelData.kind)).arg(modelData.fare)
                detail: Names.ticketWho(modelData.kind)
                sign: checked ? "tick" : ""
                checked: screen.rider.kind === modelData.kind
                centred: false
                onTouched: kiosk.setKind(modelData.kind)
            }
        }

        Action {
            objectName: "rider.child"
            visible: screen.rider.mayCarry ?? false
            width: choices.width
            name: qsTr("With one child free of charge, no seat")
            detail: qsTr("Up to 6 years or 1.2 m")
            sign: checked ? "tick" : "plus"
            checked: (screen.rider.children ?? 0) > 0
            centred: false
            onTouched: kiosk.setChildren(checked ? 0 : 1)
        }
    }

    Action {
        objectName: "rider.done"
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: parent.width
        tone: "primary"
        letters: Look.title
        sign: "tick"
        name: qsTr("Done")
        onTouched: kiosk.touch("confirm")
    }
}
