import QtQuick
import "../controls"
import "../find"

// The ticket is being printed; or it did not come out, or nobody knows.
Item {
    id: screen

    readonly property var handing: collect.handing
    readonly property string sheet: handing.sheet ?? ""

    Waiting {
        anchors.fill: parent
        visible: screen.sheet === "printing"
        question: qsTr("Printing your ticket")
        sign: "printer"
        text: qsTr("The ticket comes out of the slot below the screen. Please wait until it has stopped moving.")
    }

    Stage {
        anchors.fill: parent
        visible: screen.sheet === "unknown" || screen.sheet === "refused"
        question: screen.sheet === "unknown" ? qsTr("Did your ticket come out?") : qsTr("The ticket did not print")
        notice: screen.handing.said ?? ""

        Label {
            width: parent.width
            visible: !(Look.wide && (screen.handing.said ?? "") !== "")
            text: screen.sheet === "unknown" ? qsTr("If you do not have it, print a copy. Your ticket is valid either way.") : qsTr("Your ticket is valid all the same. Take it along on your phone, or board with your ID card.")
            letters: Look.large ? Look.body : Look.title
        }

        Pair {
            objectName: "paper"
            anchors.bottom: parent.bottom
            width: parent.width
            other: screen.sheet === "unknown" ? qsTr("No: print a copy") : qsTr("Print again")
            otherSign: "printer"
            otherName: "paper.again"
            main: screen.sheet === "unknown" ? qsTr("Yes, I have it") : qsTr("On my phone")
            mainName: screen.sheet === "unknown" ? "paper.have" : "paper.phone"
            mainSign: screen.sheet === "unknown" ? "tick" : "phone"
            tone: screen.sheet === "unknown" ? "go" : "primary"
            onOtherTouched: collect.touch("print")
            onMainTouched: collect.touch(screen.sheet === "unknown" ? "havePaper" : "phone")
        }
    }
}
