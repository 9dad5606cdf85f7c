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
    readonly property bool ticket: (journey.ticket ?? "") !== "" // one that exists: nothing of it is chosen here
    readonly property string oldTime: journey.oldTime ?? "" // of the ticket that the new one takes the place of
    readonly property bool swapping: oldTime !== "" && (journey.time ?? "") !== ""
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
            onTouched: buy.touch("changeDestination")
            width: rail.partWidth
            height: rail.across ? rail.highest : implicitHeight
            visible: (rail.journey.to ?? "") !== ""
            changeable: rail.change
            name: qsTr("Destination: %1").arg(value)
            label: Look.large ? "" : qsTr("To")
            value: rail.journey.to ?? ""
            letters: Look.large || (rail.across && /[A-Za-z]{8}/.test(value)) ? Look.body : Look.title // a long word in a narrow part
        }
        RailPart {
            id: departure

            objectName: "rail.departure"
            onTouched: buy.touch("changeDeparture")
            width: rail.partWidth
            height: rail.across ? rail.highest : implicitHeight
            visible: value !== ""
            changeable: rail.change
            name: rail.swapping ? qsTr("Departure: %1 instead of %2").arg(rail.journey.time).arg(rail.oldTime) : qsTr("Departure: %1").arg(value)
            label: Look.large ? "" : rail.swapping && rail.journey.day !== rail.journey.oldDay ? rail.journey.oldDay + " → " + rail.journey.day : (rail.journey.time ?? "") !== "" ? rail.journey.day ?? "" : qsTr("Your ticket: %1").arg(rail.journey.oldDay ?? "")
            value: rail.swapping ? rail.oldTime + " → " + rail.journey.time : (rail.journey.time ?? "") !== "" ? rail.journey.time : rail.oldTime
            letters: Look.large ? Look.body : rail.across || rail.swapping ? Look.title : Look.hero
            detail: Look.large ? "" : [rail.leaving, rail.journey.gate ? qsTr("Gate %1").arg(rail.journey.gate) : ""].filter(part => part !== "").join(" · ")
        }
        RailPart {
            id: travellers

            objectName: "rail.travellers"
            onTouched: buy.touch("changeTravellers")
            width: rail.partWidth
            height: rail.across ? rail.highest : implicitHeight
            visible: (rail.journey.people ?? []).length > 0 || rail.ticket
            changeable: rail.change
            name: rail.ticket ? label : qsTr("Travellers: %1").arg((rail.journey.people ?? []).length)
            label: rail.ticket ? (rail.journey.seats ? qsTr("Seat %1").arg(rail.journey.seats) : qsTr("Any seat")) : Look.large ? "" : qsTr("Travellers: %1").arg((rail.journey.people ?? []).length)
            value: rail.ticket && Look.large ? "" : rail.journey.total ?? ""
            letters: Look.large ? Look.body : Look.title
        }
    }
}
