import QtQuick
import "../controls"

// Nothing can be sold here now: why, and where to go instead.
Item {
    id: screen

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width, Look.mm(Look.large ? 328 : 230))
        spacing: Look.mm(Look.wide ? 4 : 7)

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            sign: "attention"
            size: Look.mm(Look.wide ? 22 : 34)
            ink: Look.attention
        }
        Label {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: qsTr("No tickets are sold here now")
            letters: Look.hero
            strong: true
            lineHeight: 0.85
            Accessible.role: Accessible.Heading
        }
        Label {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: qsTr("Use another machine or the ticket window.")
            letters: Look.title
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
