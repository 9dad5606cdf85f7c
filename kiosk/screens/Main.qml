import QtQuick
import "../controls"

// The window: top band, journey rail, stage, bottom band. The step decides which screen the stage holds.
Window {
    id: main

    required property real pxPerMm
    required property bool fullscreen

    readonly property bool railed: kiosk.rail.shown ?? false
    property var warmed: []

    visible: true
    visibility: fullscreen ? Window.FullScreen : Window.Windowed
    color: Look.paper
    title: kiosk.top.station ?? ""

    Binding {
        target: Look
        property: "pxPerMm"
        value: main.pxPerMm
    }
    Binding {
        target: Look
        property: "portrait"
        value: main.height > main.width
    }
    Binding {
        target: Look
        property: "large"
        value: kiosk.comfort.large ?? false
    }
    Binding {
        target: Look
        property: "contrast"
        value: kiosk.comfort.contrast ?? false
    }

    TopBand {
        id: top

        width: parent.width
        height: implicitHeight
    }

    Rail {
        id: rail

        visible: main.railed
        x: across ? 0 : parent.width - width
        y: top.height
        width: across ? parent.width : Math.round(parent.width * 0.3)
        height: across ? implicitHeight : bottom.y - top.height
    }

    Loader {
        id: stage

        readonly property int above: rail.across && main.railed ? rail.y + rail.height : top.height
        readonly property int gap: Look.mm(Look.wide ? 4 : 6)

        objectName: "stage"
        x: Look.margin
        y: above + gap
        width: (rail.across || !main.railed ? parent.width : rail.x) - 2 * Look.margin
        height: bottom.y - y - gap
        source: kiosk.step === "" ? "" : kiosk.files[kiosk.step]
        focus: true
    }

    BottomBand {
        id: bottom

        y: parent.height - height
        width: parent.width
        height: implicitHeight
    }

    // Screens are compiled after the first one is on show, so that no later touch has to wait for it.
    Timer {
        interval: 1
        running: kiosk.step !== ""
        onTriggered: {
            for (const step in kiosk.files)
                main.warmed.push(Qt.createComponent(kiosk.files[step], Component.Asynchronous))
        }
    }
}
