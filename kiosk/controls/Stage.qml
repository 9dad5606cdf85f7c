import QtQuick

// The stage of a screen: the one question, what the passenger has to know, then the answers.
Item {
    id: stage

    required property string question
    property string notice: ""
    property string hint: ""
    default property alias content: area.data
    readonly property alias room: area

    Label {
        id: title

        width: parent.width
        text: stage.question
        letters: Look.title
        strong: true
        Accessible.role: Accessible.Heading
    }

    Label {
        id: under

        anchors.top: title.bottom
        width: parent.width
        visible: text !== ""
        text: stage.hint
        color: Look.quietInk
    }

    Notice {
        id: warning

        anchors.top: under.visible ? under.bottom : title.bottom
        anchors.topMargin: visible ? Look.mm(2) : 0
        width: parent.width
        height: implicitHeight
        text: stage.notice
    }

    Item {
        id: area

        anchors.top: warning.bottom
        anchors.topMargin: Look.gutter
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
