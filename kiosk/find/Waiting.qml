import QtQuick
import "../controls"

// Something takes a moment: what is happening, in words, and no touch.
Stage {
    id: screen

    required property string text
    property string sign: "clock"

    Row {
        width: parent.width
        spacing: Look.mm(6)

        Icon {
            id: picture

            anchors.verticalCenter: parent.verticalCenter
            sign: screen.sign
            size: Look.mm(Look.large ? 26 : 36)
            ink: Look.primary
        }
        Label {
            width: parent.width - picture.width - parent.spacing
            anchors.verticalCenter: parent.verticalCenter
            text: screen.text
            letters: Look.title
        }
    }
}
