import QtQuick

// A ticket's code on the screen, dark on white whatever the contrast, with its quiet zone.
Rectangle {
    id: frame

    required property string picture
    property int side: Look.mm(50)

    width: side
    height: side
    color: "#FFFFFF"
    readonly property string told: Accessible.name
    Accessible.role: Accessible.Graphic
    Accessible.name: qsTr("The code of your ticket")

    Image {
        anchors.centerIn: parent
        source: frame.picture
        width: implicitWidth * Math.max(1, Math.floor(frame.side / Math.max(1, implicitWidth)))
        height: width
        smooth: false
    }
}
