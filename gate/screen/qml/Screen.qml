import QtQuick

// The window of a gate's display: one colour, one picture.
Window {
    id: main

    required property real pxPerMm
    required property bool fullscreen
    required property string reader

    property int asked: 0
    property string found: "[]"
    readonly property var face: display.face
    readonly property bool banded: face.banded

    visible: true
    visibility: fullscreen ? Window.FullScreen : Window.Windowed
    color: face.paint.ground
    title: face.word[1]

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
        property: "ground"
        value: main.face.paint.ground
    }
    Binding {
        target: Look
        property: "ink"
        value: main.face.paint.ink
    }

    HoverHandler {
        cursorShape: Qt.BlankCursor
    }

    Item {
        id: stage

        x: Look.margin
        y: Look.margin
        width: main.width - 2 * Look.margin
        height: main.height - 2 * Look.margin - (main.banded ? band.height - Look.mm(1) : 0)

        Loader {
            anchors.fill: parent
            active: main.face.sign === "reader"
            sourceComponent: Idle {
                face: main.face
                reader: main.reader
            }
        }
        Loader {
            anchors.fill: parent
            active: main.face.sign === "arrow"
            sourceComponent: Go {
                face: main.face
            }
        }
        Loader {
            anchors.fill: parent
            active: main.face.sign !== "reader" && main.face.sign !== "arrow"
            sourceComponent: Said {
                face: main.face
            }
        }
    }

    Item {
        id: band

        y: main.height - height
        width: main.width
        height: Look.mm(Look.portrait ? 33 : 18)

        Loader {
            anchors.fill: parent
            active: main.banded
            sourceComponent: Band {
                face: main.face.band
            }
        }
    }

    // The texts on show with their places in the window, as JSON, for whoever looks whether they are whole. Asked by a
    // change of `asked`.
    onAskedChanged: {
        const list = []
        look(main.contentItem, list)
        found = JSON.stringify(list)
    }

    function look(item: Item, list: var) {
        if (!item.visible)
            return
        if (item.contentWidth !== undefined && item.lineCount !== undefined && item.text !== "") {
            const size = item.fontInfo.pixelSize // of which this face leaves 0.28 above its letters and 0.15 below
            const free = item.height - item.contentHeight
            const top = item.verticalAlignment === Text.AlignVCenter ? free / 2 : 0
            const right = item.horizontalAlignment === Text.AlignRight ? item.width - item.contentWidth : 0
            const ink = item.mapToItem(null, right, top + 0.2 * size, item.contentWidth, item.contentHeight - 0.4 * size)
            const box = item.mapToItem(null, 0, 0, item.width, item.height)
            list.push({
                "text": item.text,
                "ink": [ink.x, ink.y, ink.width, ink.height],
                "box": [box.x, box.y, box.width, box.height],
                "cut": item.truncated,
                "capital": size * Look.capitalOfEm / Look.pxPerMm,
                "colour": String(item.color)
            })
        }
        for (const child of item.children)
            look(child, list)
    }
}
