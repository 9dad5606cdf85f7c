import QtQuick
import "../controls"
import "../find"

// A code that hands the ticket to a phone.
Stage {
    id: screen

    readonly property string picture: collect.handing.code ?? ""

    question: picture !== "" ? qsTr("Point your phone's camera at this code") : qsTr("Making your ticket's code")

    Grid {
        id: parts

        readonly property int room: have.y - Look.gutter
        readonly property int side: Look.portrait ? Math.min(width, Math.round(room * (Look.large ? 0.45 : 0.55))) : Math.min(room, Math.round(screen.width * 0.5))

        width: parent.width
        columns: Look.portrait ? 1 : 2
        spacing: Look.mm(6)
        visible: screen.picture !== ""

        Code {
            side: parts.side
            picture: screen.picture
        }
        Label {
            width: Look.portrait ? parts.width : parts.width - parts.side - parts.spacing
            text: qsTr("A page opens that is your ticket. Save it: it needs no network afterwards, and the gate reads it from your screen.")
            letters: Look.large || !Look.portrait ? Look.body : Look.title
        }
    }

    Pair {
        id: have

        objectName: "onPhone"
        anchors.bottom: parent.bottom
        width: parent.width
        mainEnabled: screen.picture !== ""
        main: qsTr("I have it on my phone")
        mainName: "onPhone.have"
        onMainTouched: kiosk.touch("confirm")
    }
}
