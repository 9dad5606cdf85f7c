import QtQuick

// Text as large as its place allows, between two heights of a capital in millimetres. Never cut.
// A `single` line goes by the height of its letters, 1.1 of the font's size; the face's own lines are 1.45.
Text {
    id: words

    property real most: 20
    property real least: 3
    property bool strong: false
    property bool single: false

    readonly property int widest: Math.floor(100 * width / Math.max(1, Math.ceil(measure.advanceWidth)))
    readonly property int highest: Math.floor(height / 1.1)

    font.family: Look.face
    font.weight: strong ? Font.Bold : Font.Normal
    font.pixelSize: single ? Math.max(1, Math.min(Look.letters(most), widest, highest)) : Look.letters(most)
    minimumPixelSize: Look.letters(least)
    fontSizeMode: single ? Text.FixedSize : Text.Fit
    color: Look.ink
    wrapMode: single ? Text.NoWrap : Text.WordWrap
    textFormat: Text.PlainText
    lineHeight: single ? 0.76 : 0.9
    verticalAlignment: Text.AlignVCenter
    Accessible.role: Accessible.StaticText
    Accessible.name: text

    TextMetrics {
        id: measure

        font.family: words.font.family
        font.weight: words.font.weight
        font.pixelSize: 100
        text: words.text
    }
}
