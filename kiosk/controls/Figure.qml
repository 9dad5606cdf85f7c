import QtQuick

// A number with the word for it above: gate, seat, money.
Column {
    id: figure

    required property string label
    property string value: ""
    property int letters: Look.hero
    property color ink: Look.ink

    spacing: 0

    Label {
        width: parent.width
        text: figure.label
        letters: Look.quiet
        color: Look.quietInk
    }

    Label {
        width: parent.width
        text: figure.value
        letters: figure.letters
        strong: true
        color: figure.ink
        lineHeight: 0.8
    }
}
