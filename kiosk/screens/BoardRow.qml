import QtQuick
import "../controls"

// One departure of the board, or its header.
Item {
    id: line

    required property var row
    property bool header: false

    readonly property int timeWidth: Look.mm(50)
    readonly property int gateWidth: Look.mm(Look.portrait ? 16 : 20)
    readonly property int freeWidth: Look.mm(Look.portrait ? 24 : 28)
    readonly property int fareWidth: Look.mm(34)
    readonly property int letters: header ? Look.quiet : Look.body
    readonly property color ink: header ? Look.quietInk : Look.ink
    readonly property string leaving: header ? "" : (row.otherDay ?? "") !== "" ? row.otherDay : row.left >= 0 ? Names.left(row.left) : ""

    implicitHeight: time.implicitHeight

    Label {
        id: time

        anchors.verticalCenter: parent.verticalCenter
        text: line.row.time
        letters: line.header ? Look.quiet : Look.hero
        strong: !line.header
        color: line.ink
        lineHeight: line.header ? 0.92 : 0.8
    }
    Column {
        x: line.timeWidth
        width: gate.x - x - Look.mm(3)
        anchors.verticalCenter: parent.verticalCenter

        Label {
            width: parent.width
            height: line.header ? implicitHeight : Math.min(implicitHeight, line.height - (soon.visible ? soon.implicitHeight : 0) - Look.mm(1))
            fontSizeMode: line.header ? Text.FixedSize : Text.Fit
            minimumPixelSize: Look.body
            text: line.row.to
            letters: line.header ? Look.quiet : Look.title
            strong: !line.header
            color: line.ink
            lineHeight: line.header ? 0.92 : 0.82
        }
        Label {
            id: soon

            width: parent.width
            visible: text !== ""
            text: line.leaving
            letters: Look.quiet
            color: Look.go
            strong: true
        }
    }
    Label {
        id: gate

        x: line.width - line.fareWidth - line.freeWidth - line.gateWidth
        anchors.verticalCenter: parent.verticalCenter
        text: line.row.gate
        letters: line.letters
        color: line.ink
    }
    Label {
        x: gate.x + line.gateWidth
        anchors.verticalCenter: parent.verticalCenter
        text: line.header ? line.row.free : String(line.row.free)
        letters: line.letters
        color: line.ink
    }
    Label {
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        text: line.row.fare
        letters: line.letters
        strong: !line.header
        color: line.ink
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: Look.line
        color: Look.rule
    }
}
