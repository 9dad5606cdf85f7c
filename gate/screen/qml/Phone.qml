import QtQuick

// A bright phone with a code on it, and an arrow to where the reader is.
Item {
    id: phone

    required property string reader // below, above, left, right

    readonly property bool upright: reader === "below" || reader === "above"
    readonly property real unit: upright ? Math.min(height / 70, width / 40) : Math.min(width / 62, height / 52)
    readonly property var dark: [ // something like a code: 13 rows of 13
        "1111101011111", "1000110110001", "1010101110101", "1000111010001",
        "1111110111111", "0000001100000", "1011010110110", "0000011001011",
        "1111101010110", "1000110101101", "1010101111010", "1000111000111",
        "1111101110101"
    ]

    Accessible.ignored: true

    Rectangle {
        id: body

        width: 28 * phone.unit
        height: 48 * phone.unit
        x: phone.upright ? (phone.width - width) / 2 : (phone.reader === "left" ? phone.width - width : 0)
        y: phone.upright ? (phone.reader === "above" ? phone.height - height : 0) : (phone.height - height) / 2
        radius: 4 * phone.unit
        color: "#0B1F33"
        border.width: Math.max(1, phone.unit * 0.6)
        border.color: "#FFFFFF"

        Rectangle {
            anchors.fill: parent
            anchors.margins: 2.5 * phone.unit
            radius: 2 * phone.unit
            color: "#FFFFFF"

            Grid {
                anchors.centerIn: parent
                columns: 13

                Repeater {
                    model: 169

                    Rectangle {
                        required property int index

                        width: Math.round(1.45 * phone.unit)
                        height: width
                        color: phone.dark[Math.floor(index / 13)][index % 13] === "1" ? "#0B1F33" : "#FFFFFF"
                    }
                }
            }
        }
    }

    Sign {
        width: 18 * phone.unit
        height: width
        name: "arrow"
        weight: 3.4
        x: phone.upright ? (phone.width - width) / 2 : (phone.reader === "left" ? body.x - width - 5 * phone.unit : body.x + body.width + 5 * phone.unit)
        y: phone.upright ? (phone.reader === "above" ? body.y - height - 3 * phone.unit : body.y + body.height + 3 * phone.unit) : (phone.height - height) / 2
        rotation: ({
                "above": 0,
                "right": 90,
                "below": 180,
                "left": 270
            })[phone.reader] ?? 180
    }
}
