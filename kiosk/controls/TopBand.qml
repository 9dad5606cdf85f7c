import QtQuick

// Which station, when, and what works now.
Rectangle {
    id: band

    readonly property string part: "top"
    readonly property var means: kiosk.top.means ?? []
    readonly property string pays: {
        const phone = means.indexOf("qr-scan") >= 0 || means.indexOf("qr-show") >= 0
        const named = [means.indexOf("cash") >= 0 ? qsTr("Cash") : "", phone ? qsTr("Phone") : "", means.indexOf("card") >= 0 ? qsTr("Card") : ""].filter(word => word !== "")
        return named.length === 0 ? qsTr("No payment now") : means.length === 1 && means[0] === "cash" ? qsTr("Cash only") : named.join(qsTr(", "))
    }
    readonly property var troubles: [kiosk.top.online === false ? qsTr("Offline sale") : "", kiosk.top.printer === false ? qsTr("No paper") : ""].filter(word => word !== "")
    readonly property string works: troubles.length > 0 && whole.implicitWidth > room ? troubles.join(" · ") : whole.text // else what is as always gives way
    readonly property int room: width - 2 * Look.margin - (twoLines ? 0 : station.width + time.width + Look.mm(24))
    readonly property bool dated: working.width + today.width + 3 * Look.margin + (twoLines ? 0 : station.width + time.width + Look.mm(16)) <= width // else the date gives way
    readonly property bool twoLines: Look.portrait

    color: Look.contrast ? Look.paper : Look.ink
    implicitHeight: twoLines ? Look.mm(Look.large ? 32 : 26) : Look.mm(16)

    readonly property color pale: "#FFFFFF"

    Label {
        id: station

        x: Look.margin
        y: band.twoLines ? Look.mm(1.5) : Math.round((band.height - height) / 2)
        text: kiosk.top.station ?? ""
        letters: Look.large ? Look.body : Look.letters(6)
        strong: true
        color: band.pale
    }

    Doorbell {
        width: station.x + station.width
        height: band.height
    }

    Label {
        id: time

        anchors.verticalCenter: band.twoLines ? station.verticalCenter : band.verticalCenter
        x: band.twoLines ? band.width - Look.margin - width : band.dated ? today.x + today.width + Look.mm(5) : today.x
        text: kiosk.top.clock ?? ""
        letters: Look.title
        strong: true
        color: band.pale
    }

    Label {
        id: today

        x: band.twoLines ? Look.margin : station.x + station.width + Look.mm(Look.large ? 8 : 14)
        y: band.twoLines ? band.height - height - Look.mm(1.5) : Math.round((band.height - height) / 2)
        text: kiosk.top.day ?? ""
        color: band.pale
        visible: band.dated
    }

    Label { // measures only
        id: whole

        visible: false
        text: [...band.troubles, band.pays].join(" · ")
        strong: true
    }

    Label {
        id: working

        anchors.right: parent.right
        anchors.rightMargin: Look.margin
        anchors.verticalCenter: today.verticalCenter
        text: band.works
        strong: true
        color: Look.contrast ? Look.primary : "#FFE9B8"
    }

    Rectangle {
        visible: Look.contrast
        anchors.bottom: parent.bottom
        width: parent.width
        height: Look.line
        color: Look.rule
    }
}
