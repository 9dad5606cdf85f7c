import QtQuick

// Come in: an arrow, the word, seat and bay.
Item {
    id: go

    required property var face

    readonly property int side: Look.portrait ? Look.mm(44) : Math.min(Math.round(width * 0.36), height)
    readonly property int start: Look.portrait ? 0 : side + Look.mm(6)
    readonly property int across: width - start
    readonly property int upper: Look.portrait ? side + Look.gutter : 0
    readonly property int wordHeight: Look.portrait ? Look.mm(24) : Math.round(height * (facts.count > 0 ? 0.38 : 0.6))
    readonly property int factTop: upper + wordHeight + (Look.portrait ? Look.gutter : Look.mm(2))

    Sign {
        y: Look.portrait ? 0 : Math.round((go.height - height) / 2)
        width: go.side
        height: width
        name: go.face.sign
        weight: 3.6
    }
    Words {
        id: zh

        x: go.start
        y: go.upper
        width: Math.round(go.across * 0.6)
        height: go.wordHeight
        text: go.face.word[0]
        strong: true
        most: 26
        least: 8.7
        single: true
    }
    Words {
        x: zh.x + zh.width
        y: zh.y
        width: go.across - zh.width
        height: zh.height
        text: go.face.word[1]
        strong: true
        most: 13
        least: 6
        single: true
        horizontalAlignment: Text.AlignRight
    }

    Repeater {
        id: facts

        model: go.face.facts

        Item {
            id: fact

            required property var modelData
            required property int index

            x: go.start + index * Math.round(go.across / 2)
            y: go.factTop
            width: Math.round(go.across / 2) - Look.mm(index === 0 ? 4 : 0)
            height: go.height - y

            Words {
                id: label

                width: fact.width
                height: Look.mm(9)
                text: fact.modelData.label[0] + " " + fact.modelData.label[1]
                most: 4.8
                least: 3
                single: true
            }
            Words {
                y: label.height
                width: fact.width
                height: fact.height - y
                text: fact.modelData.value
                strong: true
                most: 26
                least: 6
                single: true
            }
        }
    }
}
