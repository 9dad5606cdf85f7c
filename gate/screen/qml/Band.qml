import QtQuick

// Who passes, for staff who stand by: kind of ticket, persons, and what to look at.
Rectangle {
    id: band

    required property var face

    readonly property bool narrow: Look.portrait
    readonly property int figure: Look.mm(11)
    readonly property int step: Look.mm(8)

    color: face.paint.ground

    Item {
        id: people

        x: Look.margin
        y: band.narrow ? Look.mm(2) : Math.round((band.height - height) / 2)
        width: band.narrow ? band.width - 2 * Look.margin : 4 * band.step + band.figure
        height: band.figure

        Repeater {
            model: band.face.figures

            Sign {
                required property bool modelData
                required property int index

                x: index * band.step - Look.mm(2)
                width: band.figure
                height: width
                name: modelData ? "child" : "person"
                ink: band.face.paint.ink
                weight: 2.6
            }
        }
    }

    Words {
        id: zh

        x: band.narrow ? Look.margin : people.x + people.width
        y: band.narrow ? people.y + people.height : Look.mm(1)
        width: Math.round((band.width - x - Look.margin) * (band.face.look[0] === "" ? 1 : 0.54))
        height: Math.round((band.height - y) * 0.58)
        text: band.face.kind[0] + " · " + band.face.count[0]
        color: band.face.paint.ink
        strong: true
        most: 7
        least: 4
        single: true
    }
    Words {
        x: zh.x
        y: zh.y + zh.height
        width: zh.width
        height: band.height - y - Look.mm(1)
        text: band.face.kind[1] + " · " + band.face.count[1]
        color: band.face.paint.ink
        most: 4
        least: 2.8
        single: true
    }
    Words {
        x: zh.x + zh.width + Look.mm(3)
        y: zh.y
        width: band.width - x - Look.margin
        height: zh.height
        text: band.face.look[0]
        color: band.face.paint.ink
        strong: true
        most: 4.8
        least: 3
        single: true
        horizontalAlignment: Text.AlignRight
    }
    Words {
        x: zh.x + zh.width + Look.mm(3)
        y: zh.y + zh.height
        width: band.width - x - Look.margin
        height: band.height - y - Look.mm(1)
        text: band.face.look[1]
        color: band.face.paint.ink
        most: 4
        least: 2.8
        single: true
        horizontalAlignment: Text.AlignRight
    }
}
