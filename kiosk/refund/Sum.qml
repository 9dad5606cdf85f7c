import QtQuick
import "../controls"

// One line of a sum: the word at the left, the money at the right.
Item {
    id: sum

    required property string label
    property string value: ""
    property int letters: Look.title
    property color ink: Look.ink

    implicitHeight: Math.max(word.implicitHeight, money.implicitHeight)

    Label {
        id: word

        width: parent.width - money.width - Look.gutter
        anchors.verticalCenter: parent.verticalCenter
        text: sum.label
    }
    Label {
        id: money

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        text: sum.value
        letters: sum.letters
        strong: true
        color: sum.ink
        lineHeight: 0.82
    }
}
