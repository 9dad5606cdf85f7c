import QtQuick
import "../controls"

// In hand: where to go now.
Stage {
    id: screen

    readonly property var journey: kiosk.rail
    readonly property int leftMinutes: journey.left ?? -1
    readonly property bool several: (buy.printing.count ?? 0) > 1

    question: several ? qsTr("Please take your tickets") : qsTr("Please take your ticket")

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 2 : 5)

        Rectangle {
            width: parent.width
            height: facts.height + Look.mm(Look.wide ? 4 : 10)
            radius: Look.corner
            color: Look.go

            Row {
                id: facts

                readonly property int each: Math.floor((width - 2 * spacing) / 3)

                x: Look.mm(6)
                y: Look.mm(Look.wide ? 2 : 5)
                width: parent.width - 2 * x
                spacing: Look.mm(4)

                Fact {
                    width: facts.each
                    label: qsTr("Gate")
                    value: screen.journey.gate ?? ""
                }
                Fact {
                    width: facts.each
                    label: qsTr("Bay")
                    value: screen.journey.bay ?? ""
                }
                Fact {
                    width: facts.each
                    label: qsTr("Seat")
                    value: screen.journey.seats ? screen.journey.seats : qsTr("Any")
                    letters: screen.several ? Look.title : Look.hero
                }
            }
        }
        Flow {
            width: parent.width
            spacing: Look.mm(1)

            Label {
                text: screen.leftMinutes >= 0 ? qsTr("Departs %1, %2.").arg(screen.journey.time).arg(Names.left(screen.leftMinutes)) : qsTr("Departs %1.").arg(screen.journey.time)
                letters: Look.wide ? Look.body : Look.title
                strong: true
            }
            Label {
                text: qsTr("Check-in closes %1.").arg(screen.journey.closes)
                letters: Look.wide ? Look.body : Look.title
                strong: true
            }
        }
        Label {
            width: parent.width
            text: qsTr("Keep your ticket and ID ready for the gate.")
            color: Look.quietInk
        }
    }

    Action {
        objectName: "done.finish"
        anchors.bottom: parent.bottom
        width: parent.width
        tone: "primary"
        letters: Look.title
        sign: "tick"
        name: qsTr("Finish")
        onTouched: kiosk.touch("finish")
    }
}
