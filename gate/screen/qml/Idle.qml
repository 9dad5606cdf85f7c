import QtQuick

// Nobody is here: what to do, where to hold the code, and that the phone should be bright.
Item {
    id: idle

    required property var face
    required property string reader

    readonly property int column: Look.portrait ? width : Math.round(width * 0.6)
    readonly property int start: Look.portrait || reader !== "left" ? 0 : width - column
    readonly property int upper: Look.portrait ? Math.round(height * 0.46) : 0
    readonly property int below: height - upper - hint.height - Look.gutter

    Phone {
        reader: idle.reader
        x: Look.portrait || idle.reader === "left" ? 0 : idle.column + Look.gutter
        width: Look.portrait ? idle.width : idle.width - idle.column - Look.gutter
        height: Look.portrait ? idle.upper - Look.gutter : idle.height
    }

    Words {
        id: zh

        x: idle.start
        y: idle.upper
        width: idle.column
        height: Math.round(idle.below * 0.64)
        text: idle.face.word[0]
        strong: true
        most: 14
        least: 8
    }
    Words {
        x: idle.start
        y: zh.y + zh.height
        width: idle.column
        height: idle.below - zh.height
        text: idle.face.word[1]
        strong: true
        most: 7
        least: 4.4
        verticalAlignment: Text.AlignTop
    }

    Item {
        id: hint

        x: idle.start
        y: idle.height - height
        width: idle.column
        height: Look.mm(17)

        Sign {
            id: sun

            width: parent.height
            height: width
            name: "sun"
            weight: 2
        }
        Words {
            x: sun.width + Look.gutter
            width: parent.width - x
            height: Math.round(parent.height * 0.56)
            text: idle.face.sentence[0]
            most: 5
            least: 3.6
        }
        Words {
            x: sun.width + Look.gutter
            y: Math.round(parent.height * 0.56)
            width: parent.width - x
            height: parent.height - y
            text: idle.face.sentence[1]
            most: 3.6
            least: 2.4
        }
    }
}
