import QtQuick

// Something that can be touched: at least 20 mm each way, named, reachable by keys, answering on release.
FocusScope {
    id: target

    required property string name
    property int role: Accessible.Button
    readonly property bool pressed: area.pressed && area.containsMouse

    signal touched

    implicitWidth: Look.target
    implicitHeight: Look.target
    activeFocusOnTab: enabled

    Accessible.role: target.role
    Accessible.name: target.name
    Accessible.focusable: target.enabled
    Accessible.ignored: !target.visible
    Accessible.onPressAction: target.touched()

    Keys.onReturnPressed: target.touched()
    Keys.onSpacePressed: target.touched()

    MouseArea {
        id: area

        anchors.fill: parent
        onClicked: target.touched()
    }

    Rectangle {
        anchors.fill: parent
        anchors.margins: -Look.mm(1.2)
        visible: target.activeFocus
        color: "transparent"
        radius: Look.corner + Look.mm(1.2)
        border.width: Look.mm(0.8)
        border.color: Look.attention
    }
}
