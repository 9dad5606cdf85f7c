"""What the till says to a card terminal and what it hears, as ZVT messages (PA00P015, chapters 2 and 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from drivers.card.codec import CNY, Apdu, bcd, fields, from_bcd


class Command(IntEnum):
    """Class and instruction of the messages that are used."""

    STATUS_INFORMATION = 0x040F
    INTERMEDIATE_STATUS = 0x04FF
    STATUS_ENQUIRY = 0x0501
    REGISTRATION = 0x0600
    AUTHORISATION = 0x0601
    COMPLETION = 0x060F
    ABORTED = 0x061E
    REPEAT_RECEIPT = 0x0620
    REVERSAL = 0x0630
    REFUND = 0x0631
    END_OF_DAY = 0x0650
    ABORT = 0x06B0
    PRINT_LINE = 0x06D1
    PRINT_BLOCK = 0x06D3
    UNDERSTOOD = 0x8000


REFUSED_CLASS = 0x84
"""84 and an error code: the terminal does not do what it was asked."""

CONFIGURATION = 0xBA
"""The till prints receipts and wants intermediate status; the terminal's own menus are off."""

AMOUNT, TRACE, TIME, DATE, RESULT, TERMINAL = 0x04, 0x0B, 0x0C, 0x0D, 0x27, 0x29
ORIGINAL_TRACE, CURRENCY, RECEIPT, SERVICE = 0x37, 0x49, 0x87, 0x03
MOST_FEN = 10**12 - 1

ACK = Apdu(command=Command.UNDERSTOOD)
STOP = Apdu(command=Command.ABORT)


def registration(password: int) -> Apdu:
    """06 00: the till makes itself known."""
    return Apdu(command=Command.REGISTRATION, data=bcd(password, 3) + bytes((CONFIGURATION,)) + bcd(CNY, 2))


def authorisation(fen: int) -> Apdu:
    """06 01: take an amount."""
    return Apdu(command=Command.AUTHORISATION, data=_amount(fen) + _currency())


def reversal(password: int, receipt: int, fen: int) -> Apdu:
    """06 30: undo the booking with this receipt number; a terminal compares the amount where it can."""
    return Apdu(
        command=Command.REVERSAL,
        data=bcd(password, 3) + bytes((RECEIPT,)) + bcd(receipt, 2) + _amount(fen) + _currency(),
    )


def refund(password: int, fen: int) -> Apdu:
    """06 31: give an amount back onto the card that is held there."""
    return Apdu(command=Command.REFUND, data=bcd(password, 3) + _amount(fen) + _currency())


def repeat_receipt(password: int) -> Apdu:
    """06 20: tell the last booking again."""
    return Apdu(command=Command.REPEAT_RECEIPT, data=bcd(password, 3))


def end_of_day(password: int) -> Apdu:
    """06 50: hand the day's bookings to the bank."""
    return Apdu(command=Command.END_OF_DAY, data=bcd(password, 3))


def status_enquiry(password: int) -> Apdu:
    """05 01: are you there? The service byte asks for no software version."""
    return Apdu(command=Command.STATUS_ENQUIRY, data=bcd(password, 3) + bytes((SERVICE, 0x02)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a status information (04 0F) says, nothing of the card in it. `result` 0 is a booking.

    `reverses` is the trace number of the booking that this one undoes, None when it undoes none.
    """

    result: int
    fen: int | None
    terminal: int
    trace: int
    receipt: int
    reverses: int | None

    @property
    def name(self) -> str:
        """The booking's name: terminal, trace and receipt number, which no other booking of this machine has."""
        return f"{self.terminal:08d}-{self.trace:06d}-{self.receipt:04d}"


def booking(data: bytes) -> Booking | None:
    """Read the data of a status information; None when it has no result, or no sense."""
    found = fields(data)
    if RESULT not in found:
        return None
    numbers: Mapping[int, int | None] = {
        number: from_bcd(found[number]) if number in found else None
        for number in (AMOUNT, TRACE, TERMINAL, RECEIPT, ORIGINAL_TRACE)
    }
    if any(numbers[number] is None for number in numbers if number in found):
        return None
    return Booking(
        result=found[RESULT][0],
        fen=numbers[AMOUNT],
        terminal=numbers[TERMINAL] or 0,
        trace=numbers[TRACE] or 0,
        receipt=numbers[RECEIPT] or 0,
        reverses=numbers[ORIGINAL_TRACE],
    )


def terminal_status(completion: bytes) -> int:
    """Return the status in the completion of a status enquiry, 0 when it is ready.

    It is one byte, after the software version where a terminal tells that all the same (three digits of length, F0 to
    F9, and the text). A completion without it is a terminal that is ready and says no more.
    """
    if completion and 0xF0 <= completion[0] <= 0xF9 and len(completion) > 3:
        size = int("".join(str(digit & 0x0F) for digit in completion[:3]))
        completion = completion[3 + size :]
    return completion[0] if completion else 0


def parts(name: str) -> tuple[int, int, int] | None:
    """Return terminal, trace and receipt number of a booking's name; None when it is none."""
    numbers = name.split("-")
    if len(numbers) != 3 or not all(number.isascii() and number.isdecimal() for number in numbers):
        return None
    terminal, trace, receipt = (int(number) for number in numbers)
    return (terminal, trace, receipt) if max(terminal // 100, trace, receipt * 100) < 10**6 else None


def _amount(fen: int) -> bytes:
    return bytes((AMOUNT,)) + bcd(fen, 6)


def _currency() -> bytes:
    return bytes((CURRENCY,)) + bcd(CNY, 2)
