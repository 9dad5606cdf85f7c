import QtQuick
import "../controls"

// One number on the green panel of a finished purchase.
Column {
    id: fact

    required property string label
    property string value: ""
    property int letters: Look.hero

    Label {
        width: parent.width
        text: fact.label
        color: Look.goInk
    }
    Label {
        width: parent.width
        text: fact.value
        letters: fact.letters
        strong: true
        color: Look.goInk
        lineHeight: 0.82
    }
}
