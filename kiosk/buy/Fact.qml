import QtQuick
import "../controls"

// One number on the green panel of a finished purchase.
Grid {
    id: fact

    required property string label
    property string value: ""
    property int letters: Look.hero
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
        color: Look.goInk
        Accessible.ignored: true
    }
    Label {
        width: Look.wide ? fact.width - word.width - fact.columnSpacing : fact.width
        text: fact.value
        letters: fact.letters
        strong: true
        color: Look.goInk
        lineHeight: 0.82
        Accessible.ignored: true
    }
}
