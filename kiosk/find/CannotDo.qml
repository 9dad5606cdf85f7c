import QtQuick
import "../controls"

// Why it cannot be done, and what to do.
Stage {
    id: screen

    question: qsTr("That cannot be done here now")

    Row {
        width: parent.width
        spacing: Look.mm(6)

        Icon {
            id: triangle

            anchors.verticalCenter: parent.verticalCenter
            sign: "attention"
            size: Look.mm(Look.large ? 18 : 22)
            ink: Look.attention
        }
        Label {
            width: parent.width - triangle.width - parent.spacing
            anchors.verticalCenter: parent.verticalCenter
            text: find.cannot.words ?? ""
            letters: Look.large ? Look.body : Look.title
        }
    }

    Pair {
        objectName: "cannot"
        anchors.bottom: parent.bottom
        width: parent.width
        other: (find.cannot.others ?? false) ? qsTr("Another of my tickets") : qsTr("Try another ticket")
        otherSign: "search"
        main: qsTr("Finish")
        onOtherTouched: find.touch("another")
        onMainTouched: kiosk.touch("finish")
    }
}
