import QtQuick

// A sign, one word, and the sentence that says what to do: stop, wait, closed, emergency.
Item {
    id: said

    required property var face

    readonly property int side: Look.mm(Look.portrait ? 36 : 34)
    readonly property int beside: Look.portrait ? 0 : side + Look.mm(6)
    readonly property int wordTop: Look.portrait ? side + Look.gutter : 0
    readonly property int wordHeight: Look.mm(Look.portrait ? 19 : 22)
    readonly property int englishHeight: Look.portrait ? Look.mm(10) : side - wordHeight
    readonly property int sentenceTop: wordTop + wordHeight + englishHeight + Look.gutter

    Sign {
        name: said.face.sign
        width: said.side
        height: width
        weight: 3.4
    }
    Words {
        x: said.beside
        y: said.wordTop
        width: said.width - x
        height: said.wordHeight
        text: said.face.word[0]
        strong: true
        most: 22
        least: 7
        single: true
    }
    Words {
        x: said.beside
        y: said.wordTop + said.wordHeight
        width: said.width - x
        height: said.englishHeight
        text: said.face.word[1]
        strong: true
        most: 8
        least: 4.4
        single: true
    }
    Words {
        id: zh

        y: said.sentenceTop
        width: said.width
        height: Math.round((said.height - y) * (Look.portrait ? 0.5 : 0.52))
        text: said.face.sentence[0]
        most: 9
        least: 3.6
        verticalAlignment: Text.AlignTop
    }
    Words {
        y: zh.y + Math.min(zh.height, zh.contentHeight + Look.mm(2))
        width: said.width
        height: said.height - y
        text: said.face.sentence[1]
        most: 6.6
        least: 2.8
        verticalAlignment: Text.AlignTop
    }
}
