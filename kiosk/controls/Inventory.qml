import QtQuick

// Lists what is on show below an item, as JSON: the texts and all that can be touched, with their places in the window.
// Asked by a change of `asked`. For pictures, tests and a hand that points; no screen uses it.
QtObject {
    id: inventory

    property Item root: null
    property int asked: 0
    property string found: "[]"
    property string focus: "" // the objectName of what has the focus

    onAskedChanged: {
        const list = []
        focus = ""
        if (root !== null)
            look(root, -1, list)
        found = JSON.stringify(list)
    }

    function look(item: Item, within: int, list: var) {
        if (!item.visible || item.opacity === 0)
            return
        let inside = within
        const place = item.mapToItem(null, 0, 0, item.width, item.height)
        const box = [place.x, place.y, place.width, place.height]
        if (item.touched !== undefined && item.name !== undefined) {
            inside = list.length
            if (item.activeFocus)
                focus = item.objectName
            list.push({
                "what": "target",
                "id": item.objectName,
                "box": box,
                "enabled": item.enabled,
                "spoken": item.Accessible.name,
                "button": item.Accessible.role === Accessible.Button,
                "within": within
            })
        } else if (item.contentWidth !== undefined && item.lineCount !== undefined && item.text !== "") {
            const free = item.width - item.contentWidth
            const start = item.effectiveHorizontalAlignment === Text.AlignRight ? free : item.effectiveHorizontalAlignment === Text.AlignHCenter ? free / 2 : 0
            const size = item.fontInfo.pixelSize // of which this face leaves 0.28 above its letters and 0.15 below
            const ink = item.mapToItem(null, start, 0.28 * size, item.contentWidth, item.contentHeight - 0.43 * size)
            list.push({
                "what": "text",
                "text": item.text,
                "box": box,
                "ink": [ink.x, ink.y, ink.width, ink.height],
                "cut": item.truncated,
                "size": size,
                "colour": String(item.color),
                "within": within
            })
        }
        for (const child of item.children)
            look(child, inside, list)
    }
}
