import QtQuick
import "../controls"
import "../menu"

// Nothing can be sold here now: why, and where to go instead.
Item {
    id: screen

    TaskButtons {
        id: others

        anchors.bottom: parent.bottom
        width: parent.width
        names: "outOfService"
        most: Look.portrait ? 3 : 6
    }

    Icon {
        id: sign

        readonly property real gap: Look.mm(5)

        anchors.horizontalCenter: parent.horizontalCenter
        y: words.y - gap - size
        sign: "attention"
        visible: !Look.large && size >= Look.mm(14) // where the words leave room for it
        size: Math.min(Look.mm(34), others.y - words.height - 2 * gap)
        ink: Look.attention
    }
    Column {
        id: words

        anchors.horizontalCenter: parent.horizontalCenter
        y: Math.max(0, Math.round((others.y - height + (sign.visible ? sign.size + sign.gap : 0)) / 2))
        width: Math.min(parent.width, Look.mm(Look.large ? 328 : 230))
        spacing: Look.mm(Look.wide ? 2 : 5)

        Label {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: qsTr("No tickets are sold here now")
            letters: Look.wide || (!Look.portrait && others.lines > 1) ? Look.title : Look.hero
            strong: true
            lineHeight: 0.85
            Accessible.role: Accessible.Heading
        }
        Label {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: others.offered.length > 0 ? qsTr("Buy at another machine or at the ticket window. What you can still do here:") : qsTr("Use another machine or the ticket window.")
            letters: Look.wide || (!Look.portrait && others.lines > 1) ? Look.body : Look.title
        }
        Repeater {
            model: kiosk.top.notices ?? []

            Label {
                required property string modelData

                width: parent.width
                horizontalAlignment: Text.AlignHCenter
                text: modelData
                color: Look.quietInk
            }
        }
    }
}
