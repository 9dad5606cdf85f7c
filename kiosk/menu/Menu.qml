import QtQuick
import "../controls"

// Whatever can be done here with a ticket that exists, and the timetable.
Stage {
    id: screen

    question: qsTr("What would you like to do?")

    TaskButtons {
        width: parent.width
        names: "menu"
        most: Look.portrait ? 1 : 2
        highest: Math.max(Look.target, Math.min(Look.mm(34), Math.floor((screen.room.height - (lines - 1) * spacing) / Math.max(1, lines))))
    }
}
