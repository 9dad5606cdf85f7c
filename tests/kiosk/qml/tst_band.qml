import QtQuick
import QtTest
import "../../../kiosk/controls"

Item {
    id: page

    property var kiosk: ({
            "comfort": {
                "language": "en",
                "languages": [{
                        "code": "zh",
                        "name": "中文"
                    }, {
                        "code": "en",
                        "name": "English"
                    }],
                "speaks": true,
                "speech": "off"
            },
            "band": {
                "back": true,
                "startOver": true,
                "staffCalled": false
            },
            "touch": what => page.touched = what
        })
    property string touched: ""

    width: 1720
    height: 970

    BottomBand {
        id: band

        width: page.width
        height: implicitHeight
    }

    TestCase {
        name: "Band"
        when: windowShown

        readonly property var names: ["back", "startOver", "language", "large", "contrast", "low", "speech", "staff"]

        function init() {
            Look.pxPerMm = 5
            Look.large = false
            Look.portrait = false
            Look.lowers = true
            page.width = 1720
            page.touched = ""
        }

        function key(name: string): Item {
            return findChild(band, "band." + name)
        }

        function test_each_key_says_what_it_is_for_data() {
            return [["back", "back"], ["startOver", "startOver"], ["language", "language"], ["large", "large"], ["contrast", "contrast"], ["low", "low"], ["speech", "speech"], ["staff", "callStaff"]].map(([name, touch]) => ({
                        "tag": name,
                        "touch": touch
                    }))
        }

        function test_each_key_says_what_it_is_for(data) {
            mouseClick(key(data.tag))
            compare(page.touched, data.touch)
        }

        function test_the_other_language_is_named_in_its_own_script() {
            compare(key("language").text, "中文")
            compare(key("language").tongue, "zh")
        }

        function test_eight_keys_of_20_mm_stand_beside_each_other_data() {
            return [{
                    "tag": "wide",
                    "width": 1720,
                    "portrait": false,
                    "large": false,
                    "columns": 8
                }, {
                    "tag": "wide, large",
                    "width": 1720,
                    "portrait": false,
                    "large": true,
                    "columns": 8
                }, {
                    "tag": "high",
                    "width": 970,
                    "portrait": true,
                    "large": false,
                    "columns": 4
                }, {
                    "tag": "high, large",
                    "width": 970,
                    "portrait": true,
                    "large": true,
                    "columns": 4
                }]
        }

        function test_eight_keys_of_20_mm_stand_beside_each_other(data) {
            page.width = data.width
            Look.portrait = data.portrait
            Look.large = data.large
            compare(band.columns, data.columns)
            let right = 0
            names.forEach((name, at) => {
                const each = key(name)
                if (at % band.columns === 0)
                    right = 0
                verify(each.width >= Look.mm(20), name)
                verify(each.height >= Look.mm(20), name)
                verify(each.x >= right + band.gap, name)
                right = each.x + each.width
                verify(right <= data.width - Look.margin + 1, name)
                verify(each.y + each.height <= band.implicitHeight, name)
            })
        }
    }
}
