import QtQuick
import QtTest
import "../../../kiosk/controls"

Item {
    id: page

    width: 800
    height: 600

    Target {
        id: target

        name: "Pay"
        objectName: "pay"
    }

    Action {
        id: action

        y: 200
        name: "Print the ticket"
        tone: "primary"
        sign: "printer"
    }

    SignalSpy {
        id: touches

        target: target
        signalName: "touched"
    }

    SignalSpy {
        id: presses

        target: action
        signalName: "touched"
    }

    TestCase {
        name: "Target"
        when: windowShown

        function init() {
            Look.pxPerMm = 5
            Look.large = false
            target.enabled = true
            touches.clear()
            presses.clear()
        }

        function test_is_20_mm_each_way_on_any_panel() {
            for (const density of [2.5, 4, 5.6, 10]) {
                Look.pxPerMm = density
                compare(target.width, Math.round(20 * density))
                compare(target.height, Math.round(20 * density))
                verify(action.height >= Math.round(25 * density))
            }
        }

        function test_answers_when_the_finger_is_lifted_inside() {
            mousePress(target)
            compare(touches.count, 0)
            verify(target.pressed)
            mouseRelease(target)
            compare(touches.count, 1)
        }

        function test_a_finger_that_slides_off_touches_nothing() {
            mousePress(target, 10, 10)
            mouseMove(target, 400, 400)
            verify(!target.pressed)
            mouseRelease(target, 400, 400)
            compare(touches.count, 0)
        }

        function test_what_is_off_answers_to_nobody() {
            target.enabled = false
            mouseClick(target)
            compare(touches.count, 0)
            verify(!target.activeFocusOnTab)
        }

        function test_keys_press_it_data() {
            return [{
                    "tag": "return",
                    "key": Qt.Key_Return
                }, {
                    "tag": "enter",
                    "key": Qt.Key_Enter
                }, {
                    "tag": "select",
                    "key": Qt.Key_Select
                }, {
                    "tag": "space",
                    "key": Qt.Key_Space
                }]
        }

        function test_keys_press_it(data) {
            target.forceActiveFocus()
            keyClick(data.key)
            compare(touches.count, 1)
        }

        function test_is_announced() {
            compare(target.Accessible.name, "Pay")
            compare(target.Accessible.role, Accessible.Button)
            compare(action.Accessible.name, "Print the ticket")
        }

        function test_an_action_has_room_for_its_words_in_either_print() {
            const small = action.implicitWidth
            Look.large = true
            verify(action.implicitWidth > small)
            verify(action.implicitHeight >= Look.primaryTarget)
        }
    }
}
