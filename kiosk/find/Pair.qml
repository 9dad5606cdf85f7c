import QtQuick
import "../controls"

// The two answers at the foot of a screen: the primary one at the right, or below.
Item {
    id: pair

    required property string main
    property string mainSign: "tick"
    property string tone: "primary"
    property bool mainEnabled: true
    property string mainName: objectName + ".finish"
    property string other: ""
    property string otherSign: ""
    property string otherName: objectName + ".other"

    readonly property bool stacked: Look.portrait
    readonly property bool alone: other === ""

    signal mainTouched
    signal otherTouched

    height: implicitHeight
    implicitHeight: alone ? first.implicitHeight : stacked ? first.implicitHeight + Look.gutter + second.implicitHeight : Math.max(first.implicitHeight, second.implicitHeight)

    Action {
        id: second

        objectName: pair.otherName
        visible: !pair.alone
        width: pair.stacked ? parent.width : Math.floor((parent.width - Look.gutter) * 0.42)
        height: pair.stacked ? implicitHeight : parent.height
        name: pair.other
        sign: pair.otherSign
        onTouched: pair.otherTouched()
    }
    Action {
        id: first

        objectName: pair.mainName
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        width: pair.stacked || pair.alone ? parent.width : parent.width - second.width - Look.gutter
        height: pair.stacked || pair.alone ? implicitHeight : parent.height
        enabled: pair.mainEnabled
        tone: pair.tone
        letters: Look.wide && !pair.alone ? Look.body : Look.title
        sign: pair.mainSign
        name: pair.main
        onTouched: pair.mainTouched()
    }
}
