import QtQuick
import "../controls"

// The window: top band, journey rail, stage, bottom band. The step decides which screen the stage holds.
// In low reach all of them stand in what can be reached from a wheelchair; the rest of the panel is empty.
Window {
    id: main

    required property real pxPerMm
    required property bool fullscreen
    required property int tooHigh // pixels at the top of the panel that cannot be reached from a wheelchair
    required property int tooLow // and at its bottom

    readonly property bool railed: kiosk.rail.shown ?? false
    property var warmed: []

    visible: true
    visibility: fullscreen ? Window.FullScreen : Window.Windowed
    color: Look.low ? Look.surface : Look.paper
    title: kiosk.top.station ?? ""

    Binding {
        target: Look
        property: "pxPerMm"
        value: main.pxPerMm
    }
    Binding {
        target: Look
        property: "portrait"
        value: frame.height > frame.width
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
    Binding {
        target: Look
        property: "low"
        value: kiosk.comfort.low ?? false
    }
    Binding {
        target: Look
        property: "lowers"
        value: main.tooHigh + main.tooLow > 0
    }

    Rectangle {
        id: frame

        y: Look.low ? Math.max(0, main.tooHigh - top.height) : 0 // the top band is read, not touched
        width: main.width
        height: main.height - y - (Look.low ? main.tooLow : 0)
        color: Look.paper

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

            readonly property string part: "stage"
            readonly property int above: rail.across && main.railed ? rail.y + rail.height : top.height
            readonly property int gap: Look.mm(Look.wide ? 3 : 6)

            objectName: "stage"
            x: Look.margin
            y: above + gap
            visible: !languages.asking
            width: (rail.across || !main.railed ? parent.width : rail.x) - 2 * Look.margin
            height: bottom.y - y - gap
            source: kiosk.step === "" ? "" : kiosk.files[kiosk.step]
        }

        Languages {
            id: languages

            y: top.height
            width: parent.width
            height: bottom.y - y
        }

        BottomBand {
            id: bottom

            y: parent.height - height
            width: parent.width
            height: implicitHeight
            onLanguages: languages.asking = !languages.asking
        }
    }

    Connections {
        target: kiosk

        function onStepChanged() {
            languages.asking = false
        }
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
