import QtQuick

// One part of the journey so far; touched, it can be changed.
Target {
    id: part

    required property string label
    property string value: ""
    property string detail: ""
    property bool changeable: true
    property int letters: Look.title

    enabled: changeable
    implicitHeight: Math.max(Look.target, words.implicitHeight + Look.mm(3))

    Rectangle {
        anchors.fill: parent
        radius: Look.corner
        color: part.pressed ? Look.pressed : Look.paper
        border.width: part.changeable ? Look.line : 0
        border.color: Look.edge
    }

    Column {
        id: words

        readonly property int pad: Look.mm(Look.large && Look.portrait ? 2 : 4)

        x: pad
        anchors.verticalCenter: parent.verticalCenter
        width: part.width - 2 * pad

        Label {
            width: parent.width
            visible: text !== ""
            text: part.label
            letters: Look.quiet
            color: Look.quietInk
            Accessible.ignored: true
        }

        Label {
            width: parent.width
            visible: text !== ""
            text: part.value
            wrapMode: Text.Wrap
            letters: part.letters
            strong: true
            Accessible.ignored: true
        }

        Label {
            width: parent.width
            visible: text !== ""
            text: part.detail
            letters: Look.quiet
            Accessible.ignored: true
        }
    }
}
