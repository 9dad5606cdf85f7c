import QtQuick

// A row of days: the next departures, then each day on sale. As many as fit; a button turns to the later ones.
Row {
    id: strip

    required property var days // day ("" for the next departures), offset from today, text, the whole date, chosen
    required property string names // objectName of a day: names.<day>
    property int first: 0

    readonly property int each: Math.max(Look.mm(26), Math.ceil(longest.implicitWidth) + Look.mm(7))
    readonly property int fitting: Math.max(2, Math.floor((width + spacing) / (each + spacing)))
    readonly property bool paged: visible && days.length > fitting
    readonly property int shown: paged ? fitting - 1 : days.length
    readonly property int slot: Math.floor((width - (Math.min(fitting, days.length) - 1) * spacing) / Math.max(1, Math.min(fitting, days.length)))

    signal chosen(string day)

    function words(one: var): string {
        switch (one.offset) {
        case -1:
            return qsTr("Next")
        case 0:
            return qsTr("Today")
        case 1:
            return qsTr("Tomorrow")
        default:
            return one.text
        }
    }

    visible: days.length > 0

    Label { // measures only
        id: longest

        visible: false
        text: [...strip.days.map(one => strip.words(one)), qsTr("Later days")].map(words => words.replace(/ /g, "\n")).join("\n")
        wrapMode: Text.NoWrap
        strong: true
    }

    height: visible ? Look.target : 0
    spacing: Look.mm(2)

    Repeater {
        model: strip.days

        Action {
            required property var modelData
            required property int index

            objectName: strip.names + "." + (modelData.day === "" ? "next" : modelData.day)
            visible: index >= strip.first && index < strip.first + strip.shown
            width: strip.slot
            height: strip.height
            tone: "band"
            checked: modelData.chosen
            upright: true
            text: strip.words(modelData)
            name: modelData.whole === "" ? text : text === modelData.text ? modelData.whole : text + ", " + modelData.whole
            onTouched: strip.chosen(modelData.day)
        }
    }

    Action {
        readonly property bool last: strip.first + strip.shown >= strip.days.length

        objectName: strip.names + ".more"
        visible: strip.paged
        width: strip.slot
        height: strip.height
        tone: "band"
        upright: true
        name: last ? qsTr("Earlier days") : qsTr("Later days")
        onTouched: strip.first = last ? 0 : Math.min(strip.days.length - strip.shown, strip.first + strip.shown)
    }
}
