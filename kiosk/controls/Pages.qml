import QtQuick

// A list shown page by page: as many rows as fit whole, and two buttons when there are more. Nothing scrolls.
Item {
    id: pages

    required property var model
    required property Component delegate
    required property string names // objectName of the two buttons: names.earlier, names.later
    required property string earlier
    required property string later
    property int columns: 1
    property int rowHeight: Look.mm(24)
    property int page: 0

    readonly property bool beside: !Look.portrait // the two buttons stand beside the list, not below
    readonly property int besideWidth: Math.max(Look.mm(Look.large ? 48 : 32), before.implicitWidth, after.implicitWidth)
    readonly property int rows: Math.ceil(grid.count / columns)
    readonly property int fullRows: fitting(height)
    readonly property bool paged: rows > fullRows
    readonly property int room: paged && !beside ? height - below - Look.gutter : height
    readonly property int rowsShown: fitting(room)
    readonly property int slot: Math.min(Math.floor((room + Look.gutter) / rowsShown), Math.round(rowHeight * 1.3) + Look.gutter)
    readonly property int last: Math.max(0, Math.ceil(rows / rowsShown) - 1)
    readonly property int below: Math.max(before.implicitHeight, after.implicitHeight)
    readonly property bool pair: beside && rowsShown === 1

    function fitting(room: int): int {
        return Math.max(1, Math.floor((room + Look.gutter) / (rowHeight + Look.gutter)))
    }

    // Only whole rows are shown. Nothing is clipped: the software renderer leaves traces of clipped shapes behind.
    function whole(item: Item): bool {
        return item.y >= grid.contentY && item.y + item.height <= grid.contentY + grid.height + 1
    }

    // Sets the grid at once instead of by bindings: it makes rows while it is being set, and they ask for its size.
    function place() {
        pages.page = Math.max(0, Math.min(pages.page, pages.last))
        grid.width = pages.width + Look.gutter - (pages.paged && pages.beside ? pages.besideWidth + Look.gutter : 0)
        grid.height = pages.rowsShown * pages.slot - Look.gutter
        grid.cellWidth = Math.max(1, Math.floor(grid.width / pages.columns))
        grid.cellHeight = Math.max(1, pages.slot)
        grid.forceLayout() // or the grid would move once more, to keep a row where it was
        grid.contentY = grid.originY + pages.page * pages.rowsShown * pages.slot
    }

    Component.onCompleted: place()
    onPageChanged: Qt.callLater(place)
    onLastChanged: Qt.callLater(place)
    onSlotChanged: Qt.callLater(place)
    onRowsShownChanged: Qt.callLater(place)
    onWidthChanged: Qt.callLater(place)
    onRoomChanged: Qt.callLater(place)
    onBesideWidthChanged: Qt.callLater(place)
    onPagedChanged: Qt.callLater(place)
    onColumnsChanged: Qt.callLater(place)

    Connections {
        target: pages.model.length === undefined ? pages.model : null
        ignoreUnknownSignals: true

        function onModelReset() {
            pages.page = 0
            Qt.callLater(pages.place)
        }
    }

    GridView {
        id: grid

        objectName: pages.names + ".list"
        interactive: false
        cacheBuffer: 0
        model: pages.model
        delegate: pages.delegate
        onCountChanged: Qt.callLater(pages.place)
        onOriginYChanged: Qt.callLater(pages.place)
    }

    Grid {
        id: turner

        readonly property int each: pages.pair ? Math.floor((pages.besideWidth - Look.gutter) / 2) : pages.beside ? pages.besideWidth : Math.floor((pages.width - Look.gutter) / 2)
        readonly property int high: pages.pair ? pages.slot - Look.gutter : pages.beside ? Math.floor((pages.rowsShown * pages.slot - 2 * Look.gutter) / 2) : pages.below

        visible: pages.paged
        anchors.right: parent.right
        y: pages.beside ? 0 : parent.height - height
        columns: pages.beside && !pages.pair ? 1 : 2
        spacing: Look.gutter

        Action {
            id: before

            objectName: pages.names + ".earlier"
            width: turner.each
            height: turner.high
            upright: pages.beside
            enabled: pages.page > 0
            name: pages.earlier
            text: pages.pair ? "" : name
            sign: "up"
            onTouched: pages.page -= 1
        }

        Action {
            id: after

            objectName: pages.names + ".later"
            width: turner.each
            height: turner.high
            upright: pages.beside
            enabled: pages.page < pages.last
            name: pages.later
            text: pages.pair ? "" : name
            sign: "down"
            onTouched: pages.page += 1
        }
    }
}
