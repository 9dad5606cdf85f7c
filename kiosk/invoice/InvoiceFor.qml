import QtQuick
import "../controls"

// For a person or for a company?
Stage {
    id: screen

    question: qsTr("Who is the invoice for?")
    hint: Look.wide ? "" : qsTr("Name and address are entered afterwards, on your phone.")

    Column {
        anchors.bottom: parent.bottom
        width: parent.width
        spacing: Look.gutter

        Action {
            objectName: "invoice.company"
            width: parent.width
            height: Math.max(implicitHeight, Look.primaryTarget)
            letters: Look.title
            name: qsTr("A company")
            detail: qsTr("I know its tax number")
            sign: "company"
            centred: false
            onTouched: invoice.touch("company")
        }
        Action {
            objectName: "invoice.person"
            width: parent.width
            tone: "primary"
            letters: Look.title
            name: qsTr("Myself, or another person")
            sign: "person"
            centred: false
            onTouched: invoice.touch("person")
        }
    }
}
