pragma Singleton
import QtQuick

// Words for the numbers and names of the ticket domain.
QtObject {
    //: The name of the language of this translation, in its own script.
    readonly property string own: qsTr("English")

    function ticket(kind: int): string {
        switch (kind) {
        case 1:
            return qsTr("Child")
        case 2:
            return qsTr("Concession")
        case 3:
            return qsTr("Free")
        default:
            return qsTr("Adult")
        }
    }

    function ticketWho(kind: int): string {
        switch (kind) {
        case 1:
            return qsTr("6 to 14 years, or 1.2 to 1.5 m")
        case 2:
            return qsTr("Disabled veterans and police")
        default:
            return qsTr("Full fare")
        }
    }

    function document(kind: int): string {
        switch (kind) {
        case 1:
            return qsTr("Chinese resident ID card")
        case 2:
            return qsTr("Residence permit (Hong Kong, Macao, Taiwan)")
        case 3:
        case 4:
            return qsTr("Foreign permanent resident card")
        case 5:
            return qsTr("Passport")
        case 6:
            return qsTr("Mainland travel permit (Hong Kong, Macao)")
        default:
            return qsTr("Mainland travel permit (Taiwan)")
        }
    }

    function left(minutes: int): string {
        return minutes === 0 ? qsTr("Leaving now") : qsTr("in %1 min").arg(minutes)
    }

    function notice(reason: string): string {
        switch (reason) {
        case "gone":
            return qsTr("That coach is no longer on sale. Choose another.")
        case "time_up":
            return qsTr("Seats given back, no money taken. Choose again.")
        case "seat_gone":
            return qsTr("That seat has just been sold. Choose another, or let the machine choose.")
        case "full":
            return qsTr("The order is full. Pay for these travellers first.")
        default:
            return ""
        }
    }
}
