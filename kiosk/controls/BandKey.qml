import QtQuick

// One button of the bottom band: a sign above its word, or only the word where it needs the room. Its place is fixed.
Target {
    id: key

    required property int place
    property string text: name
    property string sign: ""

    readonly property int unbreakable: Math.max(Look.target, Math.ceil(longest.implicitWidth) + 2 * pad) // breaks no word
    readonly property int tall: word.implicitHeight + Look.mm(Look.large ? 1 : 2)
    readonly property int pad: Look.mm(1)
    readonly property int room: width - 2 * pad
    readonly property int lines: Math.max(1, Math.ceil((word.implicitWidth - 1) / Math.max(1, room)))
    readonly property bool signed: sign !== "" && !Look.large && lines === 1
    readonly property color ink: !enabled ? Look.off : checked ? Look.primary : Look.ink

    Rectangle {
        anchors.fill: parent
        radius: Look.corner
        color: key.pressed ? Look.pressed : key.checked ? Look.primaryTint : Look.paper
        border.width: key.checked ? Look.thick : Look.line
        border.color: key.enabled ? (key.checked ? Look.primary : Look.edge) : Look.offEdge
    }

    Label { // measures only
        id: longest

        visible: false
        text: key.text.replace(/([\u2e80-\uffef])/g, "\n$1").replace(/ /g, "\n")
        wrapMode: Text.NoWrap
        strong: word.strong
    }

    Column {
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width

        Icon {
            visible: key.signed
            anchors.horizontalCenter: parent.horizontalCenter
            sign: key.sign
            size: Look.mm(8)
            ink: key.ink
        }

        Label {
            id: word

            anchors.horizontalCenter: parent.horizontalCenter
            // lines of about the same length
            width: key.lines === 1 ? key.room : Math.min(key.room, Math.max(Math.ceil(longest.implicitWidth), Math.ceil(implicitWidth / key.lines) + Look.mm(1)))
            horizontalAlignment: Text.AlignHCenter
            text: key.text
            strong: !Look.large
            color: key.ink
            lineHeight: Look.large ? 0.8 : 0.88
            Accessible.ignored: true
        }
    }
}
