import QtQuick

// The journey so far. A column beside the stage; on a turned panel a row above it.
Rectangle {
    id: rail

    readonly property string part: "rail"
    readonly property bool across: Look.portrait || Look.large // a row above the stage, not a column beside it
    readonly property var journey: kiosk.rail
    readonly property bool change: kiosk.band.change ?? false
    readonly property int inset: across ? Look.margin : Look.mm(6)
    readonly property int partWidth: across ? Math.floor((width - 2 * inset - 2 * Look.mm(3)) / 3) : width - 2 * inset
    readonly property int highest: Math.max(destination.implicitHeight, departure.implicitHeight, travellers.implicitHeight)
    readonly property string leaving: (journey.left ?? -1) >= 0 ? Names.left(journey.left) : ""

    color: Look.surface
    implicitHeight: across ? parts.implicitHeight + 2 * Look.mm(Look.wide ? 2 : Look.large ? 3 : 4) : 0

    Grid {
        id: parts

        x: rail.inset
        y: rail.across ? Look.mm(Look.wide ? 2 : Look.large ? 3 : 4) : Look.mm(6)
        columns: rail.across ? 3 : 1
        spacing: Look.mm(3)

        RailPart {
            id: destination

            objectName: "rail.destination"
            width: rail.partWidth
            height: rail.across ? rail.highest : implicitHeight
            visible: (rail.journey.to ?? "") !== ""
            changeable: rail.change
            name: qsTr("Destination: %1").arg(value)
            label: Look.large ? "" : qsTr("To")
            value: rail.journey.to ?? ""
            letters: Look.large ? Look.body : Look.title
        }
        RailPart {
            id: departure

            objectName: "rail.departure"
            width: rail.partWidth
            height: rail.across ? rail.highest : implicitHeight
            visible: (rail.journey.time ?? "") !== ""
            changeable: rail.change
            name: qsTr("Departure: %1").arg(value)
            label: Look.large ? "" : rail.journey.day ?? ""
            value: rail.journey.time ?? ""
            letters: Look.large ? Look.body : rail.across ? Look.title : Look.hero
            detail: Look.large ? "" : [rail.leaving, rail.journey.gate ? qsTr("Gate %1").arg(rail.journey.gate) : ""].filter(part => part !== "").join(" · ")
        }
        RailPart {
            id: travellers

            objectName: "rail.travellers"
            width: rail.partWidth
            height: rail.across ? rail.highest : implicitHeight
            visible: (rail.journey.people ?? []).length > 0
            changeable: rail.change
            name: qsTr("Travellers: %1").arg((rail.journey.people ?? []).length)
            label: Look.large ? "" : qsTr("Travellers: %1").arg((rail.journey.people ?? []).length)
            value: rail.journey.total ?? ""
            letters: Look.large ? Look.body : Look.title
        }
    }
}
