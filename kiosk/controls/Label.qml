import QtQuick

// Text in one of the four sizes. Wraps between words, never cuts.
Text {
    property int letters: Look.body
    property bool strong: false
    property bool ticking: false // changes by itself all the time: said once, not with every change

    font.family: Look.face
    font.pixelSize: letters
    font.weight: strong ? Font.Bold : Font.Normal
    color: Look.ink
    wrapMode: Text.WordWrap
    textFormat: Text.PlainText
    lineHeight: 0.92 // of the face's own 1.45: 1.33 of the size
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: !visible || text === ""
}
