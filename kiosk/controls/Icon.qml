import QtQuick
import QtQuick.Shapes

// A sign drawn with one line, in a square of 24 units. Never alone: words stand beside it.
Item {
    id: icon

    required property string sign
    property int size: Look.mm(8)
    property color ink: Look.ink

    readonly property var drawings: ({
            "back": "M15 5 L8 12 L15 19",
            "forward": "M9 5 L16 12 L9 19",
            "up": "M5 15 L12 8 L19 15",
            "down": "M5 9 L12 16 L19 9",
            "over": "M5 12 A7 7 0 1 0 7.5 6.6 M7.5 2.5 L7.5 7 L12 7",
            "tick": "M4 13 L10 18.5 L20 6",
            "cross": "M6 6 L18 18 M18 6 L6 18",
            "plus": "M12 5 L12 19 M5 12 L19 12",
            "minus": "M5 12 L19 12",
            "attention": "M12 3.5 L22 20.5 L2 20.5 Z M12 10 L12 14.5 M12 17.4 L12 17.6",
            "touch": "M9 12.5 L9 5.2 A1.6 1.6 0 0 1 12.2 5.2 L12.2 11 M12.2 11 A1.5 1.5 0 0 1 15.2 11 L15.2 12 M15.2 12 A1.5 1.5 0 0 1 18.2 12 L18.2 16 C18.2 19.6 16 21.5 13 21.5 C10.4 21.5 9.2 20.4 8 18.4 L5.4 14.3 A1.5 1.5 0 0 1 7.8 12.5 L9 14 M6 7.4 A5 5 0 0 1 5.7 5.4 A4.9 4.9 0 0 1 15.5 5.4 A5 5 0 0 1 15.2 7.2",
            "card": "M3 5.5 L21 5.5 L21 18.5 L3 18.5 Z M6.6 14.8 C6.6 12.6 11 12.6 11 14.8 M8.8 8.4 A1.5 1.5 0 1 1 8.79 8.4 M14 9.5 L18 9.5 M14 12.5 L18 12.5 M14 15.3 L16.5 15.3",
            "keys": "M3 6 L21 6 L21 18 L3 18 Z M6.5 9.5 L7 9.5 M10 9.5 L10.5 9.5 M13.5 9.5 L14 9.5 M17 9.5 L17.5 9.5 M6.5 12.2 L7 12.2 M17 12.2 L17.5 12.2 M10 12.2 L10.5 12.2 M13.5 12.2 L14 12.2 M8 15 L16 15",
            "cash": "M2.5 7 L21.5 7 L21.5 17 L2.5 17 Z M12 9.6 A2.4 2.4 0 1 1 11.99 9.6 M5.4 12 L5.6 12 M18.4 12 L18.6 12",
            "ticket": "M3 6.5 L21 6.5 L21 10 A2 2 0 0 0 21 14 L21 17.5 L3 17.5 L3 14 A2 2 0 0 0 3 10 Z M9 9.5 L9 10 M9 12 L9 12.4 M9 14.4 L9 14.8",
            "printer": "M7 9 L7 3.5 L17 3.5 L17 9 M7 17 L3.5 17 L3.5 9 L20.5 9 L20.5 17 L17 17 M7 14 L17 14 L17 20.5 L7 20.5 Z",
            "clock": "M12 3 A9 9 0 1 1 11.99 3 M12 7 L12 12 L15.5 14.5",
            "person": "M12 4 A3.6 3.6 0 1 1 11.99 4 M4.5 20.5 C4.5 13 19.5 13 19.5 20.5",
            "erase": "M8 5.5 L21 5.5 L21 18.5 L8 18.5 L2.5 12 Z M11.5 9 L17 15 M17 9 L11.5 15",
            "letters": "M4 18 L8.5 6 L13 18 M5.6 14 L11.4 14 M15 12.5 C16.5 9.8 20 10.6 20 13.4 L20 18 M20 14.4 C16.5 14.2 14.8 15 15 16.6 C15.3 18.6 18.6 18.5 20 16.2",
            "contrast": "M12 3 A9 9 0 1 1 11.99 3 M12 3 L12 21 M12 6.5 L16.5 6.5 M12 10 L20 10 M12 14 L20 14 M12 17.5 L16.5 17.5",
            "globe": "M12 3 A9 9 0 1 1 11.99 3 M3.5 9 L20.5 9 M3.5 15 L20.5 15 M12 3 C7 8 7 16 12 21 C17 16 17 8 12 3",
            "low": "M4 20.5 L20 20.5 M12 3.5 L12 15.5 M6.5 10.5 L12 16 L17.5 10.5",
            "speech": "M4 9.5 L7.5 9.5 L12.5 5 L12.5 19 L7.5 14.5 L4 14.5 Z M16 9 A4.5 4.5 0 0 1 16 15 M18.5 6 A8.5 8.5 0 0 1 18.5 18",
            "staff": "M12 4 A3.2 3.2 0 1 1 11.99 4 M5.5 20.5 C5.5 12.5 18.5 12.5 18.5 20.5 M5.8 8.5 C5.8 0.5 18.2 0.5 18.2 8.5 M18.2 8.5 L18.2 11 L15.5 12.5",
            "search": "M10.5 4 A6.5 6.5 0 1 1 10.49 4 M15.2 15.2 L20.5 20.5",
            "slip": "M6 3 L18 3 L18 21 L16 19.5 L14 21 L12 19.5 L10 21 L8 19.5 L6 21 Z M9 8 L15 8 M9 11.5 L15 11.5"
        })

    implicitWidth: size
    implicitHeight: size
    Accessible.ignored: true

    Shape {
        width: 24
        height: 24
        scale: icon.size / 24
        transformOrigin: Item.TopLeft
        antialiasing: true

        ShapePath {
            strokeColor: icon.ink
            strokeWidth: 2
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: icon.drawings[icon.sign] ?? ""
            }
        }
    }
}
