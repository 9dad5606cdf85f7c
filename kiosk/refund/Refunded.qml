import QtQuick
import "../controls"
import "../find"

// What came back, or what staff owe.
Stage {
    id: screen

    readonly property var ended: refund.ended
    readonly property bool returned: (ended.returned ?? "") !== ""
    readonly property bool owed: (ended.owed ?? "") !== ""
    readonly property bool asked: ended.asked ?? false // nobody could say whether the ticket is free: it stays good

    question: owed && returned && Look.large ? qsTr("%1 is paid back, the rest is safe").arg(ended.returned) : asked ? qsTr("Your refund waits for the ticket window") : owed ? qsTr("Your money is safe") : qsTr("Your ticket is refunded")

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 2 : 4)

        Row {
            visible: screen.returned && !(screen.owed && Look.large)
            width: parent.width
            spacing: Look.mm(4)

            Icon {
                id: tick

                anchors.verticalCenter: parent.verticalCenter
                sign: "tick"
                size: Look.mm(12)
                ink: Look.go
            }
            Label {
                width: parent.width - tick.width - parent.spacing
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Paid back: %1").arg(screen.ended.returned ?? "")
                letters: Look.wide || screen.owed ? Look.title : Look.hero
                strong: true
                color: Look.go
                lineHeight: 0.82
            }
        }
        Label {
            width: parent.width
            visible: text !== "" && !(screen.owed && Look.wide) && !(screen.asked && Look.large)
            text: (screen.ended.said ?? "") !== "" ? screen.ended.said : screen.ended.reason ?? ""
            letters: screen.returned || screen.owed || Look.large ? Look.body : Look.title // all that there is to say
        }
        Label {
            visible: screen.asked && Look.wide
            width: parent.width
            text: qsTr("Slip %1: %2").arg(screen.ended.number ?? "").arg(screen.ended.owed ?? "")
            letters: Look.title
            strong: true
        }
        Flow {
            visible: screen.owed && !(screen.asked && Look.wide)
            width: parent.width
            spacing: Look.mm(8)

            Figure {
                width: Look.mm(Look.large ? 96 : 70)
                label: screen.asked ? qsTr("If the ticket is not used") : qsTr("To be paid back")
                value: screen.ended.owed ?? ""
                letters: screen.returned || screen.asked || Look.wide ? Look.title : Look.hero
            }
            Figure {
                width: Math.min(screen.width, Look.mm(Look.large ? 170 : 130))
                label: qsTr("Slip number")
                value: screen.ended.number ?? ""
                letters: Look.title
            }
        }
        Notice {
            width: parent.width
            text: !screen.owed ? "" : screen.asked && screen.ended.slip ? qsTr("The ticket stays good. Take it and the slip to the ticket window.") : screen.ended.slip ? qsTr("Take the slip to the ticket window to be paid back.") : qsTr("No slip came out: take the number to the ticket window.")
        }
    }

    Pair {
        objectName: "refunded"
        anchors.bottom: parent.bottom
        width: parent.width
        main: !screen.owed ? qsTr("Finish") : screen.ended.slip ? qsTr("I have the slip") : qsTr("I have the number")
        onMainTouched: kiosk.touch("finish")
    }
}
