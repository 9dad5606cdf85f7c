import QtQuick
import "../controls"

// A code that hands a ticket to a phone. One ticket at a time.
Stage {
    id: screen

    readonly property var link: buy.link
    readonly property bool ready: (link.code ?? "") !== ""
    readonly property bool more: (link.following ?? "") !== ""

    question: (link.count ?? 0) > 1 ? qsTr("Take ticket %1 of %2 along on your phone").arg(link.at).arg(link.count) : qsTr("Take your ticket along on your phone")

    Row {
        id: facts

        width: parent.width
        height: parent.height - done.height - Look.gutter
        spacing: Look.mm(6)

        Code {
            id: code

            side: Math.min(facts.height, Look.mm(Look.portrait ? 84 : 90), Math.floor(screen.width * 0.5))
            picture: screen.link.code ?? ""
        }
        Label {
            width: parent.width - code.width - parent.spacing
            letters: Look.portrait || Look.large ? Look.body : Look.title
            text: screen.ready ? qsTr("Scan this code with your phone's camera. The ticket opens in the browser: keep the page or take a picture.") : qsTr("One moment, please.")
        }
    }

    Action {
        id: next

        objectName: "toPhone.next"
        visible: screen.more
        anchors.bottom: parent.bottom
        width: Math.floor((parent.width - Look.gutter) / 2)
        height: done.height
        enabled: screen.ready
        sign: "forward"
        name: qsTr("Next ticket")
        onTouched: buy.showLink(screen.link.following)
    }
    Action {
        id: done

        objectName: "toPhone.done"
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: screen.more ? next.width : parent.width
        tone: "primary"
        letters: Look.wide ? Look.body : Look.title
        sign: "tick"
        name: qsTr("Done")
        onTouched: kiosk.touch("confirm")
    }
}
