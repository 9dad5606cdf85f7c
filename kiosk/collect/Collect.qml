import QtQuick
import "../controls"

// On paper, on a phone, or neither?
Stage {
    id: screen

    readonly property bool printer: collect.handing.printer ?? false

    question: qsTr("How do you want your ticket?")
    notice: printer ? "" : qsTr("Nothing can be printed here now. Take the ticket along, or board with your ID card.")

    Column {
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Look.gutter

        Action {
            objectName: "collect.card"
            width: parent.width
            name: qsTr("Neither: I board with my ID card")
            sign: "card"
            centred: false
            onTouched: collect.touch("card")
        }
        Action {
            objectName: "collect.phone"
            width: parent.width
            tone: screen.printer ? "plain" : "primary"
            letters: screen.printer ? Look.body : Look.title
            name: qsTr("On my phone")
            sign: "phone"
            centred: false
            onTouched: collect.touch("phone")
        }
        Action {
            objectName: "collect.print"
            visible: screen.printer
            width: parent.width
            tone: "primary"
            letters: Look.title
            name: qsTr("On paper")
            sign: "printer"
            centred: false
            onTouched: collect.touch("print")
        }
    }
}
