import "../controls"
import "../find"

// The money is on its way, or whoever has to agree is being asked.
Waiting {
    readonly property bool late: refund.ended.long ?? false

    question: qsTr("Please wait: your refund is under way")
    notice: (refund.ended.said ?? "") !== "" ? refund.ended.said : late ? qsTr("This takes longer than usual. Please stay here, or call staff below.") : ""
    sign: "refund"
    text: qsTr("Please stay until this screen says how it ended. Money may come out below the screen.")
}
