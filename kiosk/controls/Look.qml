pragma Singleton
import QtQuick

// The visual language: every colour and every size of the screens. Lengths are millimetres of the panel.
QtObject {
    id: look

    property real pxPerMm: 5
    property bool portrait: false
    property bool large: false
    property bool contrast: false
    property bool low: false // everything touched stands low
    property bool lowers: false // this panel has places that are too high, or too low, for somebody
    readonly property bool wide: large && !portrait // large print on a wide panel: little height, much width

    readonly property string face: "Noto Sans CJK SC"
    readonly property real capitalOfEm: 0.733 // height of a capital as a part of the font size, of this face

    function mm(length: real): int {
        return Math.max(1, Math.round(length * look.pxPerMm))
    }

    function letters(capital: real): int {
        return Math.round(capital * look.pxPerMm / look.capitalOfEm)
    }

    // EN 301 549, 5.1.4: a capital of 7.3 mm can be read from 600 mm; large print shows nothing smaller.
    readonly property int quiet: letters(large ? 7.3 : 3.2)
    readonly property int body: letters(large ? 7.3 : 4.8)
    readonly property int title: letters(large ? 9 : 7.3)
    readonly property int hero: letters(large ? 13 : 12)

    readonly property int target: mm(20)
    readonly property int primaryTarget: mm(25)
    readonly property int margin: mm(8)
    readonly property int gutter: mm(4)
    readonly property int corner: mm(2)
    readonly property int line: Math.max(1, mm(0.4))
    readonly property int thick: mm(0.9)

    readonly property color ink: contrast ? "#FFFFFF" : "#0B1F33"
    readonly property color paper: contrast ? "#000000" : "#FFFFFF"
    readonly property color surface: contrast ? "#000000" : "#F2F5F8"
    readonly property color quietInk: contrast ? "#FFFFFF" : "#4A5B6C"
    readonly property color off: contrast ? "#B0B0B0" : "#5F7081" // what cannot be touched now
    readonly property color offEdge: contrast ? "#707070" : "#C9D2DB"
    readonly property color rule: contrast ? "#FFFFFF" : "#C9D2DB"
    readonly property color edge: contrast ? "#FFFFFF" : "#6B7C8D" // outlines of what can be touched: 3 to 1 on paper
    readonly property color primary: contrast ? "#FFE100" : "#0B4F9E"
    readonly property color primaryInk: contrast ? "#000000" : "#FFFFFF"
    readonly property color primaryTint: contrast ? "#000000" : "#E6EFF9"
    readonly property color pressed: contrast ? "#4D4400" : "#D5E3F4"
    readonly property color go: contrast ? "#FFE100" : "#0A6B37"
    readonly property color goInk: contrast ? "#000000" : "#FFFFFF"
    readonly property color stop: contrast ? "#000000" : "#A61B14"
    readonly property color stopInk: contrast ? "#FFE100" : "#FFFFFF"
    readonly property color attention: contrast ? "#FFE100" : "#7A4100"
    readonly property color attentionPaper: contrast ? "#000000" : "#FFF3DC"
}
