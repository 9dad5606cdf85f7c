import QtQuick

// The journey so far. A column beside the stage; on a turned panel a row above it.
Rectangle {
    id: rail

    readonly property var journey: kiosk.rail
    readonly property bool change: kiosk.band.change ?? false
    readonly property int inset: Look.portrait ? Look.margin : Look.mm(6)
    readonly property int partWidth: Look.portrait ? Math.floor((width - 2 * inset - 2 * Look.mm(3)) / 3) : width - 2 * inset
    readonly property int highest: Math.max(destination.implicitHeight, departure.implicitHeight, travellers.implicitHeight)
    readonly property string leaving: (journey.left ?? -1) >= 0 ? Names.left(journey.left) : ""

    color: Look.surface
    implicitHeight: Look.portrait ? parts.implicitHeight + 2 * Look.mm(4) : 0

    Grid {
        id: parts

        x: rail.inset
        y: Look.portrait ? Look.mm(4) : Look.mm(6)
        columns: Look.portrait ? 3 : 1
        spacing: Look.mm(3)

        RailPart {
            id: destination

            objectName: "rail.destination"
            width: rail.partWidth
            height: Look.portrait ? rail.highest : implicitHeight
            visible: (rail.journey.to ?? "") !== ""
            changeable: rail.change
            name: qsTr("Destination: %1").arg(value)
            label: qsTr("To")
            value: rail.journey.to ?? ""
        }
        RailPart {
            id: departure

            objectName: "rail.departure"
            width: rail.partWidth
            height: Look.portrait ? rail.highest : implicitHeight
            visible: (rail.journey.time ?? "") !== ""
            changeable: rail.change
            name: qsTr("Departure: %1").arg(value)
            label: rail.journey.day ?? ""
            value: rail.journey.time ?? ""
            letters: Look.portrait ? Look.title : Look.hero
            detail: rail.leaving
        }
        RailPart {
            id: travellers

            objectName: "rail.travellers"
            width: rail.partWidth
            height: Look.portrait ? rail.highest : implicitHeight
            visible: (rail.journey.people ?? []).length > 0
            changeable: rail.change
            name: qsTr("Travellers: %1").arg((rail.journey.people ?? []).join(", "))
            label: qsTr("%n traveller(s)", "", (rail.journey.people ?? []).length)
            value: rail.journey.total ?? ""
        }
    }
}
