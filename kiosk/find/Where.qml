import QtQuick
import "../controls"

// Gate, bay and seat of the ticket, large on one colour.
Rectangle {
    id: where

    property color ink: Look.goInk
    readonly property var ticket: find.ticket

    height: facts.height + Look.mm(Look.wide ? 4 : 10)
    radius: Look.corner
    color: Look.go

    component Fact: Grid {
        id: fact

        required property string label
        property string value: ""
        readonly property string told: label + ": " + value

        Accessible.role: Accessible.StaticText
        Accessible.name: told
        columns: Look.wide ? 2 : 1
        columnSpacing: Look.mm(4)
        verticalItemAlignment: Grid.AlignVCenter

        TextMetrics { // a wrapped text's own width depends on its width
            id: unwrapped

            font: word.font
            text: fact.label
        }
        Label {
            id: word

            width: Look.wide ? Math.ceil(unwrapped.advanceWidth) + 1 : fact.width
            text: fact.label
            color: where.ink
            Accessible.ignored: true
        }
        Label {
            width: Look.wide ? fact.width - word.width - fact.columnSpacing : fact.width
            text: fact.value
            letters: /^[0-9A-Za-z]{1,3}$/.test(fact.value) ? Look.hero : Look.large ? Look.body : Look.title
            strong: true
            color: where.ink
            lineHeight: 0.82
            Accessible.ignored: true
        }
    }

    Row {
        id: facts

        readonly property int each: Math.floor((width - 2 * spacing) / 3)

        x: Look.mm(6)
        y: Look.mm(Look.wide ? 2 : 5)
        width: parent.width - 2 * x
        spacing: Look.mm(4)

        Fact {
            width: facts.each
            label: qsTr("Gate")
            value: where.ticket.gate ?? ""
        }
        Fact {
            width: facts.each
            label: qsTr("Bay")
            value: where.ticket.bay ?? ""
        }
        Fact {
            width: facts.each
            label: qsTr("Seat")
            value: where.ticket.seat ? where.ticket.seat : qsTr("Any")
        }
    }
}
