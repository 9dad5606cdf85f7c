import QtQuick
import "../controls"
import "../find"

// What a gate would say now, in its colours and with its signs, and what to do next.
Stage {
    id: screen

    readonly property var verdict: check.verdict
    readonly property bool go: verdict.go ?? false
    readonly property var next: verdict.next ?? []

    question: go ? qsTr("A gate lets you in now") : qsTr("A gate does not let you in now")

    function offers(task: string): string {
        switch (task) {
        case "change":
            return qsTr("Change it")
        case "refund":
            return qsTr("Refund it")
        case "collect":
            return qsTr("Print it, or take it along")
        default:
            return qsTr("Ask for an invoice")
        }
    }

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 2 : 4)

        Rectangle {
            width: parent.width
            height: Math.max(said.implicitHeight, sign.size) + Look.mm(Look.wide ? 4 : 8)
            radius: Look.corner
            color: screen.go ? Look.go : Look.stop
            border.width: Look.contrast ? Look.thick : 0
            border.color: screen.go ? Look.go : Look.stopInk

            Icon {
                id: sign

                x: Look.mm(5)
                anchors.verticalCenter: parent.verticalCenter
                sign: screen.go ? "arrow" : "cross"
                size: Look.mm(Look.wide ? 16 : 24)
                ink: screen.go ? Look.goInk : Look.stopInk
            }
            Label {
                id: said

                anchors.left: sign.right
                anchors.leftMargin: Look.mm(5)
                anchors.right: parent.right
                anchors.rightMargin: Look.mm(5)
                anchors.verticalCenter: parent.verticalCenter
                text: screen.verdict.said ?? ""
                letters: Look.large || text.length > 60 ? Look.body : Look.title
                strong: true
                color: screen.go ? Look.goInk : Look.stopInk
            }
        }
        Label {
            width: parent.width
            visible: screen.go || !Look.large
            text: qsTr("Gate %1, bay %2, %3").arg(find.ticket.gate ?? "").arg(find.ticket.bay ?? "").arg(find.ticket.seat ? qsTr("seat %1").arg(find.ticket.seat) : qsTr("any seat"))
            letters: Look.large ? Look.body : Look.title
            strong: true
        }
    }

    Column {
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Look.gutter

        Row {
            id: tasks

            readonly property int each: Math.floor((width - (tasksShown.count - 1) * spacing) / Math.max(1, tasksShown.count))

            visible: tasksShown.count > 0 && !Look.wide
            width: parent.width
            spacing: Look.gutter

            Repeater {
                id: tasksShown

                model: screen.next

                Action {
                    required property string modelData

                    objectName: "checked.next." + modelData
                    width: tasks.each
                    name: screen.offers(modelData)
                    onTouched: check.goOn(modelData)
                }
            }
        }
        Pair {
            objectName: "checked"
            width: parent.width
            other: Look.wide && screen.next.length > 0 ? screen.offers(screen.next[0]) : qsTr("Another ticket")
            otherSign: Look.wide ? "" : "search"
            otherName: Look.wide && screen.next.length > 0 ? "checked.next." + screen.next[0] : "checked.another"
            main: qsTr("Finish")
            onOtherTouched: {
                if (Look.wide && screen.next.length > 0)
                    check.goOn(screen.next[0])
                else
                    find.touch("another")
            }
            onMainTouched: kiosk.touch("finish")
        }
    }
}
