import QtQuick
import "../controls"

// A button for each task that can be begun now, beside buying.
Grid {
    id: buttons

    required property string names // objectName of a button: names.<task>
    property int most: 6 // columns at most
    property int highest: 0 // a button is no higher than that, if that is set

    readonly property var offered: (kiosk.tasks.offered ?? []).filter(task => words(task) !== "")
    readonly property int lines: Math.ceil(offered.length / Math.max(1, columns))
    readonly property int each: Math.floor((width - (columns - 1) * spacing) / columns)

    function words(task: string): string {
        switch (task) {
        case "collect":
            return qsTr("Collect a ticket")
        case "change":
            return qsTr("Change a ticket")
        case "refund":
            return qsTr("Refund")
        case "check":
            return qsTr("Check my ticket")
        case "invoice":
            return qsTr("Invoice")
        case "timetable":
            return qsTr("Timetable")
        default:
            return ""
        }
    }

    function sign(task: string): string {
        return ({
                "collect": "ticket",
                "change": "swap",
                "refund": "refund",
                "check": "search",
                "invoice": "invoice",
                "timetable": "clock"
            })[task] ?? ""
    }

    readonly property bool signed: !(Look.large && !Look.portrait)
    readonly property int least: Math.ceil(longest.implicitWidth) + Look.mm(signed ? 22 : 12)
    readonly property int fitting: Math.max(1, Math.min(most, Math.floor((width + spacing) / (least + spacing))))

    columns: Math.max(1, Math.ceil(offered.length / Math.ceil(offered.length / fitting)))
    spacing: Look.gutter

    Label { // measures only
        id: longest

        visible: false
        text: buttons.offered.map(task => buttons.words(task)).join("\n").replace(/ /g, "\n")
        wrapMode: Text.NoWrap
        strong: true
    }

    Repeater {
        model: buttons.offered

        Action {
            required property string modelData

            objectName: buttons.names + "." + modelData
            width: buttons.each
            height: Math.max(implicitHeight, buttons.highest)
            sign: buttons.signed ? buttons.sign(modelData) : ""
            name: buttons.words(modelData)
            onTouched: kiosk.begin(modelData)
        }
    }
}
