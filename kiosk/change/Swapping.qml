import "../controls"
import "../find"

// Nothing is to pay: the old ticket is being taken, and the new one made.
Waiting {
    question: qsTr("Please wait: your ticket is being changed")
    notice: buy.printing.message ?? ""
    sign: "swap"
    text: qsTr("Nothing is to pay. Your old ticket stays good until you have the new one.")
}
