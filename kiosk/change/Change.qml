import QtQuick
import "../controls"
import "../find"

// What the ticket is worth when it is changed: another coach?
Stage {
    id: screen

    question: qsTr("Take another coach instead?")

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 2 : 5)

        Figure {
            width: parent.width
            label: qsTr("What this ticket is worth")
            value: change.terms.credit ?? ""
        }
        Label {
            width: parent.width
            visible: !Look.wide
            text: qsTr("If the other coach costs more you pay the rest; if it costs less you get the rest back.")
        }
        Label {
            width: parent.width
            text: qsTr("This ticket stays good until you have the new one.")
            color: Look.wide ? Look.ink : Look.quietInk
        }
    }

    Pair {
        objectName: "change"
        anchors.bottom: parent.bottom
        width: parent.width
        other: qsTr("Keep the ticket")
        otherSign: "ticket"
        otherName: "change.keep"
        main: qsTr("Choose another coach")
        mainSign: "forward"
        mainName: "change.choose"
        onOtherTouched: kiosk.touch("finish")
        onMainTouched: kiosk.touch("confirm")
    }
}
