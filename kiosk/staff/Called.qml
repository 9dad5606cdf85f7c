import QtQuick
import "../controls"
import "../find"

// Somebody was called: what happens now, and that nothing is lost meanwhile.
Stage {
    id: screen

    question: qsTr("Staff have been called to this machine")

    Row {
        width: parent.width
        spacing: Look.mm(6)

        Icon {
            id: person

            anchors.verticalCenter: parent.verticalCenter
            sign: "staff"
            size: Look.mm(Look.large ? 26 : 36)
            ink: Look.primary
        }
        Label {
            width: parent.width - person.width - parent.spacing
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("Please wait here. Nothing is lost: you can go on where you were at any time.")
            letters: Look.title
        }
    }

    Pair {
        objectName: "called"
        anchors.bottom: parent.bottom
        width: parent.width
        other: qsTr("I need nobody any more")
        otherSign: "cross"
        otherName: "called.takeBack"
        main: qsTr("Go on")
        mainSign: "forward"
        mainName: "called.goOn"
        onOtherTouched: kiosk.touch("callStaff")
        onMainTouched: kiosk.touch("continue")
    }
}
