import QtQuick

// Lists what is on show below an item, as JSON: the texts, all that can be touched and all that is told to who cannot
// see, with their places in the window. Asked by a change of `asked`. For speech, keys, pictures and tests.
QtObject {
    id: inventory

    property Item root: null
    property int asked: 0
    property var wanted: null // the objectName of what is to have the focus from now on; "" for nothing
    property string found: "[]"
    property string focus: "" // the objectName of what has the focus

    property Item focused: null

    onAskedChanged: {
        const list = []
        focus = ""
        if (wanted !== null && wanted !== undefined && focused !== null) {
            focused.focus = false
            focused = null
        }
        if (root !== null)
            look(root, -1, "", list)
        found = JSON.stringify(list)
    }

    function look(item: Item, within: int, part: string, list: var) {
        if (!item.visible || item.opacity === 0)
            return
        let inside = within
        if (item.part !== undefined)
            part = item.part
        const place = item.mapToItem(null, 0, 0, item.width, item.height)
        const box = [place.x, place.y, place.width, place.height]
        if (item.touched !== undefined && item.name !== undefined) {
            inside = list.length
            if (wanted && item.objectName === wanted && item.enabled) {
                item.forceActiveFocus(Qt.TabFocusReason)
                focused = item
            }
            if (item.activeFocus) {
                focus = item.objectName
                focused = item
            }
            list.push({
                "what": "target",
                "name": item.objectName,
                "box": box,
                "enabled": item.enabled,
                "spoken": item.Accessible.name,
                "button": item.Accessible.role === Accessible.Button,
                "within": within,
                "part": part,
                "checked": item.checked === true,
                "tongue": item.tongue ?? ""
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
                "within": within,
                "part": part
            })
            if (!item.Accessible.ignored)
                tell(item, box, within, part, list)
        } else if (item.told !== undefined && item.told !== "") {
            tell(item, box, within, part, list)
        }
        for (const child of item.children)
            look(child, inside, part, list)
    }

    function tell(item: Item, box: var, within: int, part: string, list: var) {
        list.push({
            "what": "told",
            "spoken": item.Accessible.name,
            "box": box,
            "heading": item.Accessible.role === Accessible.Heading,
            "alert": item.Accessible.role === Accessible.AlertMessage,
            "ticking": item.ticking === true,
            "within": within,
            "part": part
        })
    }
}
