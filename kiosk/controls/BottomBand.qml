import QtQuick

// Always there, never moving: back, start over, language, large print, contrast.
Rectangle {
    id: band

    readonly property int rowHeight: Look.target
    readonly property int gap: Look.mm(3)
    readonly property int room: width - 2 * Look.margin
    readonly property int half: Math.floor((room - gap) / 2)
    readonly property int third: Math.floor((room - 2 * gap) / 3)
    readonly property int fifth: Math.floor((room - 4 * gap) / 5)

    color: Look.surface
    implicitHeight: Look.portrait ? 2 * rowHeight + 3 * gap : rowHeight + 2 * gap

    Rectangle {
        width: parent.width
        height: Look.line
        color: Look.rule
    }

    Action {
        id: back

        objectName: "band.back"
        x: Look.margin
        y: band.gap
        width: Look.portrait ? band.half : band.fifth
        height: band.rowHeight
        enabled: kiosk.band.back ?? false
        name: qsTr("Back")
        sign: Look.wide ? "" : "back"
        tone: "band"
        onTouched: kiosk.touch("back")
    }

    Action {
        id: over

        objectName: "band.startOver"
        x: back.x + back.width + band.gap
        y: band.gap
        width: back.width
        height: band.rowHeight
        enabled: kiosk.band.startOver ?? false
        name: qsTr("Start over")
        sign: Look.wide ? "" : "over"
        tone: "band"
        onTouched: kiosk.touch("startOver")
    }

    Action {
        id: language

        objectName: "band.language"
        x: Look.portrait ? Look.margin : over.x + over.width + band.gap
        y: Look.portrait ? 2 * band.gap + band.rowHeight : band.gap
        width: Look.portrait ? band.third : band.fifth
        height: band.rowHeight
        name: kiosk.comfort.language === "en" ? "中文" : "English"
        tone: "band"
        onTouched: kiosk.touch("language")
    }

    Action {
        id: large

        objectName: "band.large"
        x: language.x + language.width + band.gap
        y: language.y
        width: language.width
        height: band.rowHeight
        name: Look.large ? qsTr("Small text") : qsTr("Large text")
        sign: Look.large ? "" : "letters"
        tone: "band"
        checked: Look.large
        onTouched: kiosk.touch("large")
    }

    Action {
        objectName: "band.contrast"
        x: large.x + large.width + band.gap
        y: language.y
        width: language.width
        height: band.rowHeight
        name: qsTr("Contrast")
        sign: Look.large ? "" : "contrast"
        tone: "band"
        checked: Look.contrast
        onTouched: kiosk.touch("contrast")
    }
}
