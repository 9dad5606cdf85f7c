import QtQuick

// Always there, never moving from screen to screen: the same eight at the same places.
Rectangle {
    id: band

    readonly property string part: "band"
    readonly property var keys: [back, over, language, large, contrast, low, speech, staff]
    readonly property int gap: Look.mm(Look.wide ? 2 : 3)
    readonly property int room: width - 2 * Look.margin
    readonly property int columns: (Look.portrait ? [4, 3] : [8, 4, 3]).find(fits) ?? 2
    readonly property int rows: Math.ceil(8 / columns)
    readonly property var widths: [].concat(...[0, 1, 2, 3].slice(0, rows).map(row => shared(inRow(row))))
    readonly property int rowHeight: Math.max(Look.target, ...keys.map(key => key.tall))
    readonly property var others: (kiosk.comfort.languages ?? []).filter(each => each.code !== kiosk.comfort.language)

    signal languages // there are more than two: which one?

    function inRow(row: int): var {
        return keys.slice(row * columns, (row + 1) * columns)
    }

    // Whether no word is broken with so many keys in a row.
    function fits(columns: int): bool {
        return keys.every((_, at) => at % columns > 0 || needed(keys.slice(at, at + columns)) <= room)
    }

    // The least width of one row of keys.
    function needed(row: var): int {
        return row.reduce((sum, key) => sum + key.unbreakable, (row.length - 1) * gap)
    }

    // Equal widths; where a word needs more, what is left over is shared out equally.
    function shared(row: var): var {
        const equal = Math.floor((room - (row.length - 1) * gap) / row.length)
        if (row.every(key => key.unbreakable <= equal))
            return row.map(() => equal)
        const over = Math.floor((room - needed(row)) / row.length)
        return row.map(key => key.unbreakable + over)
    }

    function start(place: int): int {
        const row = widths.slice(place - place % columns, place)
        return row.reduce((x, width) => x + width + gap, Look.margin)
    }

    color: Look.surface
    implicitHeight: rows * (rowHeight + gap) + gap

    Rectangle {
        width: parent.width
        height: Look.line
        color: Look.rule
    }

    component Key: BandKey {
        x: band.start(place)
        y: band.gap + Math.floor(place / band.columns) * (band.rowHeight + band.gap)
        width: band.widths[place]
        height: band.rowHeight
    }

    Key {
        id: back

        objectName: "band.back"
        place: 0
        enabled: kiosk.band.back ?? false
        name: qsTr("Back")
        sign: "back"
        onTouched: kiosk.touch("back")
    }

    Key {
        id: over

        objectName: "band.startOver"
        place: 1
        enabled: kiosk.band.startOver ?? false
        name: qsTr("Start over")
        sign: "over"
        onTouched: kiosk.touch("startOver")
    }

    Key {
        id: language

        objectName: "band.language"
        place: 2
        name: band.others.map(each => each.name).join(", ")
        text: band.others.length > 1 ? band.others[0].name + " …" : name
        tongue: band.others.length === 1 ? band.others[0].code : ""
        sign: "globe"
        onTouched: {
            if (band.others.length > 1)
                band.languages()
            else
                kiosk.touch("language")
        }
    }

    Key {
        id: large

        objectName: "band.large"
        place: 3
        name: Look.large ? qsTr("Small text") : qsTr("Large text")
        sign: "letters"
        checked: Look.large
        onTouched: kiosk.touch("large")
    }

    Key {
        id: contrast

        objectName: "band.contrast"
        place: 4
        name: qsTr("Contrast")
        sign: "contrast"
        checked: Look.contrast
        onTouched: kiosk.touch("contrast")
    }

    Key {
        id: low

        objectName: "band.low"
        place: 5
        enabled: Look.lowers
        name: qsTr("Low reach")
        sign: "low"
        checked: Look.low
        onTouched: kiosk.touch("low")
    }

    Key {
        id: speech

        readonly property string now: kiosk.comfort.speech ?? "off"

        objectName: "band.speech"
        place: 6
        visible: kiosk.comfort.speaks ?? false
        name: now === "off" ? qsTr("Speech") : now === "on" ? qsTr("Louder") : qsTr("Speech off")
        sign: "speech"
        checked: now !== "off"
        onTouched: kiosk.touch("speech")
    }

    Key {
        id: staff

        readonly property bool called: kiosk.band.staffCalled ?? false

        objectName: "band.staff"
        place: 7
        name: called ? qsTr("Staff called") : qsTr("Call staff")
        text: qsTr("Call staff") // the band would move with its longest word
        sign: "staff"
        checked: called
        onTouched: kiosk.touch("callStaff")
    }
}
