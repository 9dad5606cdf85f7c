import QtQuick
import "../controls"

// Given up: all the money came back.
Stage {
    id: screen

    question: qsTr("Your money is given back")

    Flow {
        width: parent.width
        spacing: Look.mm(5)

        Figure {
            id: sum

            width: Look.wide ? Look.mm(90) : parent.width
            label: qsTr("Given back")
            value: buy.paying.returned ?? ""
        }
        Label {
            width: Look.wide ? parent.width - sum.width - parent.spacing : parent.width
            text: qsTr("The purchase has ended, and no ticket was made.") + " " + (buy.paying.message ? buy.paying.message : qsTr("Your money is in the tray below the screen."))
        }
    }

    Action {
        objectName: "givenBack.finish"
        anchors.bottom: parent.bottom
        width: parent.width
        tone: "primary"
        letters: Look.title
        sign: "tick"
        name: qsTr("Finish")
        onTouched: kiosk.touch("finish")
    }
}
