import QtQuick
import QtTest
import "../../../kiosk/controls"

Item {
    id: page

    width: 1720
    height: 970

    Keys {
        id: keypad

        names: "keys"
        characters: "AB12"
        usable: "B1"
        room: Look.mm(200)
    }

    Notice {
        id: notice

        y: 300
        width: 600
    }

    Pages {
        id: list

        y: 400
        width: 800
        height: 300
        names: "list"
        earlier: "Up"
        later: "Down"
        rowHeight: 100
        model: [0, 1, 2, 3, 4, 5, 6]

        delegate: Item {
            id: row

            required property int index

            objectName: "row." + index
            width: 100
            height: 90
            visible: list.whole(row)
        }
    }

    SignalSpy {
        id: typed

        target: keypad
        signalName: "typed"
    }

    TestCase {
        name: "Kit"
        when: windowShown

        function init() {
            Look.pxPerMm = 5
            Look.portrait = false
            Look.large = false
            Look.contrast = false
            typed.clear()
        }

        function test_a_key_types_its_character_and_erase_an_empty_one() {
            mouseClick(findChild(keypad, "keys.B"))
            mouseClick(findChild(keypad, "keys.erase"))
            compare(typed.count, 2)
            compare(typed.signalArguments[0][0], "B")
            compare(typed.signalArguments[1][0], "")
        }

        function test_only_usable_keys_are_on() {
            verify(findChild(keypad, "keys.B").enabled)
            verify(findChild(keypad, "keys.1").enabled)
            verify(!findChild(keypad, "keys.A").enabled)
            mouseClick(findChild(keypad, "keys.A"))
            compare(typed.count, 0)
        }

        function test_a_notice_without_words_takes_no_room() {
            notice.text = ""
            compare(notice.implicitHeight, 0)
            verify(!notice.visible)
            notice.text = "The printer is out of paper."
            verify(notice.implicitHeight >= Look.mm(14))
            compare(notice.told, notice.text)
        }

        function test_a_list_shows_whole_rows_and_turns_pages() {
            tryCompare(list, "paged", true)
            const later = findChild(list, "list.later")
            const earlier = findChild(list, "list.earlier")
            verify(!earlier.enabled)
            const seen = []
            for (let page = 0; page <= list.last; ++page) {
                tryVerify(() => list.page === page)
                wait(50)
                for (let at = 0; at < 7; ++at) {
                    const found = findChild(list, "row." + at)
                    if (found !== null && found.visible && seen.indexOf(at) < 0)
                        seen.push(at)
                }
                if (page < list.last)
                    mouseClick(later)
            }
            compare(seen.sort().length, 7)
            verify(!later.enabled)
            verify(earlier.enabled)
        }

        function test_large_print_is_never_under_73_tenths_of_a_millimetre() {
            Look.large = true
            for (const size of [Look.quiet, Look.body, Look.title, Look.hero])
                verify(size * Look.capitalOfEm / Look.pxPerMm >= 7.2)
        }

        function luminance(colour) {
            const part = value => value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4)
            return 0.2126 * part(colour.r) + 0.7152 * part(colour.g) + 0.0722 * part(colour.b)
        }

        function contrast(one, other) {
            const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
            return (high + 0.05) / (low + 0.05)
        }

        function test_colours_are_told_apart_data() {
            return [{
                    "tag": "standard",
                    "high": false,
                    "least": 4.5
                }, {
                    "tag": "high contrast",
                    "high": true,
                    "least": 7
                }]
        }

        function test_colours_are_told_apart(data) {
            Look.contrast = data.high
            for (const [ink, paper] of [[Look.ink, Look.paper], [Look.quietInk, Look.surface], [Look.primary, Look.paper], [Look.primaryInk, Look.primary], [Look.goInk, Look.go], [Look.stopInk, Look.stop], [Look.attention, Look.attentionPaper]])
                verify(contrast(ink, paper) >= data.least, ink + " on " + paper)
            verify(contrast(Look.edge, Look.paper) >= 3)
            verify(contrast(Look.off, Look.paper) >= 4.5)
        }
    }
}
