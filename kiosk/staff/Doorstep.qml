import QtQuick
import "../controls"
import "../find"

// The technician's door, shut: a badge code opens it.
Stage {
    id: screen

    question: qsTr("Staff only")
    notice: staff.door.said ?? ""

    Holding {
        width: parent.width
        height: Math.min(Look.mm(80), leave.y - Look.gutter)
        visible: staff.door.scanner ?? false
        what: "code"
        text: qsTr("Hold your badge code under the scanner")
    }
    Label {
        width: parent.width
        visible: !(staff.door.scanner ?? false)
        text: qsTr("The scanner does not work: look at this machine with the command line instead.")
        letters: Look.title
    }

    Pair {
        id: leave

        objectName: "doorstep"
        anchors.bottom: parent.bottom
        width: parent.width
        main: qsTr("Leave")
        mainSign: "cross"
        mainName: "doorstep.leave"
        onMainTouched: kiosk.touch("finish")
    }
}
