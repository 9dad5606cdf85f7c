import QtQuick
import QtQuick.Shapes

// A sign drawn with one line, in a square of 24 units.
Item {
    id: sign

    required property string name
    property color ink: Look.ink
    property real weight: 3

    readonly property var drawings: ({
            "arrow": "M12 22 L12 3 M3.5 11 L12 2.5 L20.5 11",
            "cross": "M3 3 L21 21 M21 3 L3 21",
            "hourglass": "M4.5 2.5 L19.5 2.5 M4.5 21.5 L19.5 21.5 M6.5 2.5 L6.5 6.5 L17.5 17.5 L17.5 21.5 M17.5 2.5 L17.5 6.5 L6.5 17.5 L6.5 21.5",
            "bar": "M12 2 A10 10 0 1 1 11.99 2 M6.8 12 L17.2 12",
            "tick": "M2.5 13 L9 19.5 L21.5 5",
            "out": "M3 12.5 L12 3.5 L21 12.5 M3 21 L12 12 L21 21",
            "sun": "M12 7.5 A4.5 4.5 0 1 1 11.99 7.5 M12 1.5 L12 3.5 M12 20.5 L12 22.5 M1.5 12 L3.5 12 M20.5 12 L22.5 12 M4.6 4.6 L6 6 M18 18 L19.4 19.4 M4.6 19.4 L6 18 M18 6 L19.4 4.6",
            "person": "M12 2.8 A3.4 3.4 0 1 1 11.99 2.8 M6 22 L6 15 C6 11 18 11 18 15 L18 22",
            "child": "M12 8.8 A3.4 3.4 0 1 1 11.99 8.8 M7.5 22 L7.5 18.5 C7.5 15 16.5 15 16.5 18.5 L16.5 22"
        })

    Accessible.ignored: true

    Shape {
        width: 24
        height: 24
        scale: sign.width / 24
        transformOrigin: Item.TopLeft
        antialiasing: true

        ShapePath {
            strokeColor: sign.ink
            strokeWidth: sign.weight
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: sign.drawings[sign.name] ?? ""
            }
        }
    }
}
