import QtQuick

// A number with the word for it above: gate, seat, money.
Column {
    id: figure

    required property string label
    property string value: ""
    property int letters: Look.hero
    property color ink: Look.ink
    readonly property string told: label + ": " + value // the two belong together: they are read out as one

    spacing: 0
    Accessible.role: Accessible.StaticText
    Accessible.name: told

    Label {
        width: parent.width
        text: figure.label
        letters: Look.quiet
        color: Look.quietInk
        Accessible.ignored: true
    }

    Label {
        width: parent.width
        text: figure.value
        letters: figure.letters
        strong: true
        color: figure.ink
        lineHeight: 0.8
        Accessible.ignored: true
    }
}
