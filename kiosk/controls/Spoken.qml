import QtQuick

// The words that are only heard: what is said between the names of a screen.
QtObject {
    readonly property string touch: qsTr("You can touch: %1")
    readonly property string off: qsTr("not available now")
    readonly property string chosen: qsTr("switched on")
    readonly property string hidden: qsTr("personal")
    readonly property string headphones: qsTr("Plug in headphones to hear what is personal.")
}
