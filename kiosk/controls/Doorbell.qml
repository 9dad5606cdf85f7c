import QtQuick

// The way to the technician's door: held for some seconds. Nothing to see, and nothing to read out: it is for staff.
MouseArea {
    Accessible.ignored: true
    onPressed: kiosk.hold(true)
    onReleased: kiosk.hold(false)
    onCanceled: kiosk.hold(false)
    onExited: kiosk.hold(false)
}
