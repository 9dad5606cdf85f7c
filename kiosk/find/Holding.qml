import QtQuick
import "../controls"

// What to hold where: the thing itself, an arrow to the place below the screen, and the sentence.
Rectangle {
    id: holding

    required property string sign
    required property string text
    readonly property string told: text

    readonly property bool flat: height < Look.mm(44)
    readonly property int picture: Math.min(Look.mm(40), Math.round((flat ? height * 0.62 : height * 0.42)))

    radius: Look.corner
    color: Look.primaryTint
    border.width: Look.thick
    border.color: Look.primary
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: !visible

    Grid {
        anchors.centerIn: parent
        columns: holding.flat || Look.portrait ? 2 : 1
        columnSpacing: Look.mm(6)
        rowSpacing: Look.mm(3)
        horizontalItemAlignment: Grid.AlignHCenter
        verticalItemAlignment: Grid.AlignVCenter

        Column {
            spacing: Look.mm(1)

            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                sign: holding.sign
                size: holding.picture
                ink: Look.primary
            }
            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                visible: !holding.flat
                sign: "down"
                size: Math.round(holding.picture * 0.45)
                ink: Look.primary
            }
            Rectangle {
                anchors.horizontalCenter: parent.horizontalCenter
                visible: !holding.flat
                width: Math.round(holding.picture * 1.3)
                height: Look.mm(2)
                radius: height / 2
                color: Look.primary
            }
        }
        Label {
            width: parent.columns > 1 ? holding.width - holding.picture * (holding.flat ? 1 : 1.3) - Look.mm(18) : holding.width - Look.mm(12)
            horizontalAlignment: parent.columns > 1 ? Text.AlignLeft : Text.AlignHCenter
            text: holding.text
            letters: holding.flat && !Look.large ? Look.body : Look.title
            strong: true
            color: Look.primary
            Accessible.ignored: true
        }
    }
}
