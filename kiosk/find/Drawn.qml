import QtQuick
import "../controls"

// A thing to hold, drawn large: a phone or a ticket with its code on it, or an ID card.
Item {
    id: drawn

    required property string what // code, card
    property int side: Look.mm(30)
    property color ink: Look.primary

    readonly property bool card: what === "card"
    readonly property real unit: side / 30
    readonly property var dark: [ // something like a code: 9 rows of 9
        "111010111", "101011101", "111001111", "000110100", "101101011", "010010110", "111001101", "101101010", "111010011"
    ]

    width: Math.round((card ? 44 : 20) * unit)
    height: side
    Accessible.ignored: true

    component Sheet: Rectangle {
        color: Look.paper
        radius: Look.corner
        border.width: Math.max(1, Math.round(1.1 * drawn.unit))
        border.color: drawn.ink
    }

    Sheet { // a phone
        visible: !drawn.card
        anchors.fill: parent
        radius: Math.round(2.4 * drawn.unit)

        Grid {
            anchors.horizontalCenter: parent.horizontalCenter
            y: Math.round(5 * drawn.unit)
            columns: 9

            Repeater {
                model: 81

                Rectangle {
                    required property int index

                    width: Math.max(1, Math.round(1.5 * drawn.unit))
                    height: width
                    color: drawn.dark[Math.floor(index / 9)][index % 9] === "1" ? drawn.ink : "transparent"
                }
            }
        }
        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Math.round(3 * drawn.unit)
            width: Math.round(6 * drawn.unit)
            height: Math.max(1, Math.round(1.1 * drawn.unit))
            radius: height / 2
            color: drawn.ink
        }
    }

    Sheet { // a card
        visible: drawn.card
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width
        height: Math.round(28 * drawn.unit)

        Rectangle { // head and shoulders
            x: Math.round(31 * drawn.unit)
            y: Math.round(7 * drawn.unit)
            width: Math.round(6 * drawn.unit)
            height: width
            radius: width / 2
            color: drawn.ink
        }
        Rectangle {
            x: Math.round(28.5 * drawn.unit)
            y: Math.round(14.5 * drawn.unit)
            width: Math.round(11 * drawn.unit)
            height: Math.round(6 * drawn.unit)
            radius: Math.round(2.6 * drawn.unit)
            color: drawn.ink
        }
        Repeater {
            model: [16, 20, 12, 18]

            Rectangle {
                required property int modelData
                required property int index

                x: Math.round(4.5 * drawn.unit)
                y: Math.round((6 + 4.6 * index) * drawn.unit)
                width: Math.round(modelData * drawn.unit)
                height: Math.max(1, Math.round(1.6 * drawn.unit))
                radius: height / 2
                color: drawn.ink
            }
        }
    }
}
