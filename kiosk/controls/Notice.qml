import QtQuick

// One sentence that a passenger has to know, with the attention sign. Takes no room when there is none.
Rectangle {
    id: notice

    property string text: ""
    readonly property string told: text

    visible: text !== ""
    implicitHeight: visible ? Math.max(Look.mm(14), sentence.implicitHeight + Look.mm(5)) : 0
    radius: Look.corner
    color: Look.attentionPaper
    border.width: Look.line
    border.color: Look.attention
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    Icon {
        id: triangle

        x: Look.mm(4)
        anchors.verticalCenter: parent.verticalCenter
        sign: "attention"
        size: Look.mm(9)
        ink: Look.attention
    }

    Label {
        id: sentence

        anchors.left: triangle.right
        anchors.leftMargin: Look.mm(4)
        anchors.right: parent.right
        anchors.rightMargin: Look.mm(4)
        anchors.verticalCenter: parent.verticalCenter
        text: notice.text
        strong: true
        color: Look.attention
        Accessible.ignored: true
    }
}
