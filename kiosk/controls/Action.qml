import QtQuick

// A button: what it does in words, with a sign. Tones: primary, go, plain, band.
Target {
    id: action

    property string text: name
    property string detail: ""
    property string sign: ""
    property string tone: "plain"
    property int letters: Look.body
    property bool centred: true
    property bool upright: false // the sign above the words

    readonly property bool filled: (tone === "primary" || tone === "go") && enabled
    readonly property color ink: !enabled ? Look.off : tone === "go" ? Look.goInk : tone === "primary" ? Look.primaryInk : checked ? Look.primary : tone === "band" ? Look.ink : Look.primary
    readonly property int pad: Look.mm(upright ? 2 : tone === "band" ? 3 : 5)
    readonly property int signSpace: sign === "" || upright ? 0 : signs.size + Look.mm(3)

    implicitWidth: Math.max(Look.target, Math.ceil(widest.implicitWidth) + signSpace + 2 * pad)
    implicitHeight: Math.max(tone === "primary" || tone === "go" ? Look.primaryTarget : Look.target, words.implicitHeight + Look.mm(Look.large ? 2 : 4))

    Rectangle {
        anchors.fill: parent
        radius: Look.corner
        color: action.filled ? (action.pressed ? Qt.darker(fill, 1.2) : fill) : action.pressed ? Look.pressed : action.checked ? Look.primaryTint : Look.paper
        border.width: action.filled ? 0 : action.checked ? Look.thick : Look.line
        border.color: action.enabled ? (action.tone === "plain" || action.checked ? Look.primary : Look.edge) : Look.offEdge

        readonly property color fill: action.tone === "go" ? Look.go : Look.primary
    }

    Text {
        id: widest

        visible: false
        text: action.text
        font.family: Look.face
        font.pixelSize: action.letters
        font.weight: Font.Bold
        Accessible.ignored: true
    }

    Grid {
        id: row

        readonly property int room: action.width - 2 * action.pad

        anchors.verticalCenter: parent.verticalCenter
        x: action.centred ? Math.round((action.width - width) / 2) : action.pad
        columns: action.upright ? 1 : 2
        columnSpacing: Look.mm(3)
        horizontalItemAlignment: Grid.AlignHCenter
        verticalItemAlignment: Grid.AlignVCenter

        Icon {
            id: signs

            visible: action.sign !== ""
            sign: action.sign
            size: Math.round(action.letters * 1.1)
            ink: action.ink
        }

        Column {
            id: words

            width: Math.min(Math.max(Math.ceil(widest.implicitWidth), Math.ceil(under.implicitWidth)), row.room - action.signSpace)

            Label {
                width: parent.width
                text: action.text
                letters: action.letters
                strong: true
                color: action.ink
                horizontalAlignment: action.centred && (action.sign === "" || action.upright) ? Text.AlignHCenter : Text.AlignLeft
                Accessible.ignored: true
            }

            Label {
                id: under

                visible: text !== ""
                width: parent.width
                text: action.detail
                letters: Look.quiet
                color: action.ink
                Accessible.ignored: true
            }
        }
    }
}
