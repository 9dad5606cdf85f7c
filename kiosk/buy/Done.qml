import QtQuick
import "../controls"

// In hand: where to go now, and the change.
Stage {
    id: screen

    readonly property var journey: kiosk.rail
    readonly property var money: buy.paying
    readonly property int leftMinutes: journey.left ?? -1
    readonly property bool several: (buy.printing.count ?? 0) > 1
    readonly property string change: money.returned ? qsTr("Your change is in the tray: %1.").arg(money.returned) : money.change ? qsTr("Your change is coming: %1.").arg(money.change) : ""
    readonly property string owed: !buy.claim.open ? "" : buy.claim.slip ? qsTr("We owe you %1: take the slip to the ticket window.").arg(buy.claim.money) : qsTr("We owe you %1: take number %2 to the ticket window.").arg(buy.claim.money).arg(buy.claim.number)

    question: several ? qsTr("Please take your tickets") : qsTr("Please take your ticket")
    notice: [change, owed].filter(part => part !== "").join(" ")

    Column {
        width: parent.width
        spacing: Look.mm(Look.wide ? 2 : 4)

        Rectangle {
            width: parent.width
            height: facts.height + Look.mm(Look.wide ? 4 : 8)
            radius: Look.corner
            color: Look.go

            Row {
                id: facts

                readonly property int each: Math.floor((width - 2 * spacing) / 3)

                x: Look.mm(6)
                y: Look.mm(Look.wide ? 2 : 4)
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
        Label {
            width: parent.width
            visible: !(Look.wide && screen.notice !== "")
            text: [screen.leftMinutes >= 0 ? qsTr("Departs %1, %2.").arg(screen.journey.time).arg(Names.left(screen.leftMinutes)) : qsTr("Departs %1.").arg(screen.journey.time), qsTr("Check-in closes %1.").arg(screen.journey.closes)].join(" ")
            letters: Look.large || screen.notice !== "" ? Look.body : Look.title
            strong: true
        }
        Label {
            width: parent.width
            visible: !Look.wide
            text: qsTr("At the gate your ID card alone is enough too.")
            color: Look.quietInk
        }
    }

    Action {
        id: along

        objectName: "done.takeAlong"
        visible: (buy.link.first ?? "") !== ""
        anchors.bottom: parent.bottom
        width: Math.floor((parent.width - Look.gutter) / 2)
        height: Math.max(implicitHeight, finish.implicitHeight)
        sign: Look.wide ? "" : "phone"
        name: qsTr("Take it along on your phone")
        onTouched: buy.showLink(buy.link.first)
    }
    Action {
        id: finish

        objectName: "done.finish"
        anchors.bottom: parent.bottom
        anchors.right: parent.right
        width: along.visible ? along.width : parent.width
        height: Math.max(implicitHeight, along.implicitHeight)
        tone: "primary"
        letters: Look.title
        sign: "tick"
        name: qsTr("Finish")
        onTouched: kiosk.touch("finish")
    }
}
