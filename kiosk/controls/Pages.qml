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

    readonly property int slot: rowHeight + Look.gutter
    readonly property int rows: Math.ceil(grid.count / columns)
    readonly property int fullRows: Math.max(1, Math.floor((height + Look.gutter) / slot))
    readonly property bool paged: rows > fullRows
    readonly property int rowsShown: paged ? Math.max(1, Math.floor((height - turner.height) / slot)) : fullRows
    readonly property int last: Math.max(0, Math.ceil(rows / rowsShown) - 1)

    onLastChanged: page = Math.min(page, last)

    GridView {
        id: grid

        objectName: pages.names + ".list"
        width: parent.width + Look.gutter
        height: pages.rowsShown * pages.slot
        clip: true
        interactive: false
        cacheBuffer: 0
        cellWidth: Math.floor(width / pages.columns)
        cellHeight: pages.slot
        model: pages.model
        delegate: pages.delegate
        contentY: pages.page * pages.rowsShown * pages.slot
    }

    Row {
        id: turner

        visible: pages.paged
        anchors.bottom: parent.bottom
        width: parent.width
        height: Math.max(before.implicitHeight, after.implicitHeight)
        spacing: Look.gutter

        Action {
            id: before

            objectName: pages.names + ".earlier"
            width: (parent.width - parent.spacing) / 2
            height: parent.height
            enabled: pages.page > 0
            name: pages.earlier
            sign: "up"
            onTouched: pages.page -= 1
        }

        Action {
            id: after

            objectName: pages.names + ".later"
            width: (parent.width - parent.spacing) / 2
            height: parent.height
            enabled: pages.page < pages.last
            name: pages.later
            sign: "down"
            onTouched: pages.page += 1
        }
    }
}
