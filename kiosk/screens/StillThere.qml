import QtQuick
import "../controls"

// Is anybody there? One big answer; without it the session ends, and money inside becomes a slip.
Item {
    id: screen

    Column {
        anchors.centerIn: parent
        width: Math.min(parent.width, Look.mm(240))
        spacing: Look.mm(7)

        Label {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: qsTr("Are you still there?")
            letters: Look.hero
            strong: true
            Accessible.role: Accessible.Heading
        }
        Label {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            ticking: true
            text: kiosk.still.inside ? qsTr("In %1 seconds the purchase ends and your money comes back, as coins or by a slip.").arg(kiosk.still.seconds ?? 0) : qsTr("In %1 seconds what you have entered is wiped.").arg(kiosk.still.seconds ?? 0)
            letters: Look.title
        }
        Action {
            objectName: "stillThere.continue"
            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.min(parent.width, Look.mm(160))
            height: Math.max(implicitHeight, Look.mm(36))
            tone: "primary"
            letters: Look.title
            sign: "tick"
            name: qsTr("Yes, continue")
            onTouched: kiosk.touch("continue")
        }
    }
}
