import "../controls"
import "../find"

// The request is being written down.
Waiting {
    question: qsTr("Please wait a moment")
    sign: "invoice"
    text: qsTr("Your invoice is being asked for.")
}
