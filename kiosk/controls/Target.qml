import QtQuick

// Something that can be touched: at least 20 mm each way, named, reachable by keys, answering on release.
FocusScope {
    id: target

    required property string name
    property int role: Accessible.Button
    property bool checked: false
    property string tongue: "" // the language of the name, where it is not the screen's
    readonly property bool pressed: area.pressed && area.containsMouse

    signal touched

    implicitWidth: Look.target
    implicitHeight: Look.target
    activeFocusOnTab: enabled

    Accessible.role: target.role
    Accessible.name: target.name
    Accessible.focusable: target.enabled
    Accessible.checkable: target.checked
    Accessible.checked: target.checked
    Accessible.ignored: !target.visible
    Accessible.onPressAction: target.touched()

    Keys.onReturnPressed: target.touched()
    Keys.onEnterPressed: target.touched()
    Keys.onSelectPressed: target.touched()
    Keys.onSpacePressed: target.touched()

    MouseArea {
        id: area

        anchors.fill: parent
        onClicked: target.touched()
    }

    // The focus ring: two colours, so that it is seen on whatever it lies.
    Rectangle {
        anchors.fill: parent
        anchors.margins: -Look.mm(1.6)
        z: 1
        visible: target.activeFocus
        color: "transparent"
        radius: Look.corner + Look.mm(1.6)
        border.width: Look.mm(1.2)
        border.color: Look.attention

        Rectangle {
            anchors.fill: parent
            anchors.margins: Look.mm(1.2)
            color: "transparent"
            radius: Look.corner
            border.width: Look.mm(0.6)
            border.color: Look.paper
        }
    }
}
