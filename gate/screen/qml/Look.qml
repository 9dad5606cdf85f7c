pragma Singleton
import QtQuick

// Lengths are millimetres of the panel. To be read from 1.5 m: a capital of 8.7 mm is seen at 20 minutes of arc there,
// which is easy; 4.4 mm at 10, which is the least for most people. Words are above the first, staff's above the second.
QtObject {
    id: look

    property real pxPerMm: 6.6
    property bool portrait: false
    property string ground: "#0B1F33"
    property string ink: "#FFFFFF"

    readonly property string face: "Noto Sans CJK SC"
    readonly property real capitalOfEm: 0.733 // height of a capital as a part of the font size, of this face
    readonly property int margin: mm(5)
    readonly property int gutter: mm(4)

    function mm(length: real): int {
        return Math.max(1, Math.round(length * look.pxPerMm))
    }

    function letters(capital: real): int {
        return Math.round(capital * look.pxPerMm / look.capitalOfEm)
    }
}
