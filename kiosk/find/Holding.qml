import QtQuick
import "../controls"

// What to hold where: the thing itself, an arrow to the place below the screen, and the sentence.
Rectangle {
    id: holding

    required property string what
    required property string text
    readonly property string told: text

    readonly property bool beside: Look.portrait || height < Look.mm(60) // the sentence beside the drawing
    readonly property int picture: Math.min(Look.mm(34), Math.round(height * (beside ? 0.5 : 0.38)))

    radius: Look.corner
    color: Look.primaryTint
    border.width: Look.thick
    border.color: Look.primary
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: !visible

    Item {
        id: drawing

        width: Math.round(holding.picture * 1.5)
        height: thing.height + Look.mm(2) + arrow.size + Look.mm(3)
        x: holding.beside ? Look.mm(8) : Math.round((parent.width - width) / 2)
        y: holding.beside ? Math.round((parent.height - height) / 2) : Math.round((parent.height - height - Look.mm(3) - words.height) / 2)

        Drawn {
            id: thing

            anchors.horizontalCenter: parent.horizontalCenter
            what: holding.what
            side: holding.picture
        }
        Icon {
            id: arrow

            anchors.horizontalCenter: parent.horizontalCenter
            y: thing.height + Look.mm(1)
            sign: "down"
            size: Math.round(holding.picture * 0.32)
            ink: Look.primary
        }
        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            anchors.bottom: parent.bottom
            width: parent.width
            height: Look.mm(1.6)
            radius: height / 2
            color: Look.primary
        }
    }

    Label {
        id: words

        x: holding.beside ? drawing.x + drawing.width + Look.mm(7) : Look.mm(5)
        y: holding.beside ? Math.round((parent.height - height) / 2) : drawing.y + drawing.height + Look.mm(3)
        width: parent.width - x - Look.mm(5)
        horizontalAlignment: holding.beside ? Text.AlignLeft : Text.AlignHCenter
        text: holding.text
        letters: Look.large && !Look.portrait ? Look.body : Look.title
        strong: true
        color: Look.primary
        lineHeight: 0.86
        Accessible.ignored: true
    }
}
