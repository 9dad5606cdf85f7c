"""A simulated ZVT card terminal: it books into a durable account, and can be told to go wrong at any point.

A booking is on the disk before any byte tells of it. What happens at the next payment, refund or reversal is set by
hand; a passenger with a good card and no hurry is what happens otherwise.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.card.account import REFUND, REVERSAL, SALE, Account, AccountFile, Entry
from drivers.card.codec import CNY, Apdu, Decoder, bcd, encode, fields, from_bcd
from drivers.card.messages import ACK, AMOUNT, CURRENCY, RECEIPT, Command
from drivers.card.results import ALREADY_REVERSED, STOPPED
from drivers.simulation import Send

PLANS = (
    "paid",
    "declined",  # by the bank
    "cancelled",  # the passenger pressed the red key
    "silent",  # neither booked nor said anything
    "silent_paid",  # booked and said nothing
    "lose_before",  # the connection is lost, nothing was booked
    "lose_after",  # booked, then the connection is lost
    "lose_told",  # booked and told, then the connection is lost before the end
    "late",  # the connection is lost at once; the passenger pays all the same, later
)
INSERT_CARD, ASKING_BANK = 0x0A, 0x04
NO_CONNECTION, BUSY, NOT_POSSIBLE, CANNOT_REVERSE, WRONG_CURRENCY, PROTOCOL = 0xA3, 0x9C, 0x83, 0xB5, 0x6F, 0x9A
BY_BANK = 0x05
UNCONFIRMED_SECONDS = 5.0


@dataclass(slots=True, kw_only=True)
class _Work:
    """What the terminal is busy with until `until`: booking `fen`, and how that ends."""

    kind: str
    fen: int
    plan: str
    code: int
    until: float
    undoes: Entry | None = None
    asked_here: bool = True  # on the connection that there is now


class CardTerminalSimulator:
    """Implements drivers.simulation.Simulator, over TCP. `account` is its file; without one it forgets at its end.

    `seconds` is how long a passenger takes with the card.
    """

    def __init__(self, *, account: Path | None, seconds: float = 0.3, password: int = 0) -> None:
        self._file = AccountFile(account)
        self._account: Account = self._file.load()
        self._seconds = seconds
        self._password = bcd(password, 3)
        self._decoder = Decoder()
        self._send_bytes: Send = lambda _: None
        self._hang_up: Callable[[], None] | None = None
        self._now = 0.0
        self._registered = False
        self._work: _Work | None = None
        self._plans: deque[tuple[str, int, float | None]] = deque()
        self._to_say: deque[Apdu | None] = deque()  # None: hang up
        self._unconfirmed_since: float | None = None
        self._status = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send_bytes = send

    def on_line(self, hang_up: Callable[[], None]) -> None:
        """See Dialled.on_line: what was to be said on the old connection is said to nobody."""
        self._hang_up = hang_up
        self._decoder = Decoder()
        self._registered = False
        self._to_say.clear()
        self._unconfirmed_since = None
        if self._work is not None:
            self._work.asked_here = False

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        for apdu in self._decoder.feed(data):
            if apdu == ACK:
                self._unconfirmed_since = None
            elif apdu.command >> 8 != 0x84:
                self._hear(apdu)
        if self._decoder.spoilt:
            self._lose()

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._now = now
        if self._work is not None and now >= self._work.until:
            work, self._work = self._work, None
            self._finish(work)
        if self._unconfirmed_since is not None and now - self._unconfirmed_since > UNCONFIRMED_SECONDS:
            self._lose()
        while self._to_say and self._unconfirmed_since is None:
            saying = self._to_say.popleft()
            if saying is None:
                self._lose()
                return
            self._unconfirmed_since = now
            self._send(saying)

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work it by hand: next(plan, [seconds], [code]) for the next booking, cancel (the red key), status(code).

        `status` is what it answers to a status enquiry; 0 is ready.
        """
        match command:
            case "next":
                self._plan_next(**arguments)
            case "cancel":
                if self._work is not None:
                    self._work.plan, self._work.until = "cancelled", self._now
            case "status":
                self._status = int(arguments["code"])
            case _:
                raise ValueError(f"A card terminal knows next, cancel, status, not {command!r}")
        return {}

    def state(self) -> dict[str, Any]:
        """See Simulator.state: the account file's content, and `busy`."""
        return {**self._account.as_json(), "busy": self._work is not None}

    def _plan_next(self, *, plan: str, seconds: float | None = None, code: int = BY_BANK) -> None:
        if plan not in PLANS:
            raise ValueError(f"plan must be one of {', '.join(PLANS)}")
        self._plans.append((plan, code, seconds))

    def _hear(self, apdu: Apdu) -> None:
        if self._work is not None and apdu.command == Command.ABORT:
            self._send(ACK)
            self._work = None
            self._say_refusal(STOPPED)
            return
        if self._work is not None or self._to_say:
            self._refuse(BUSY)
            return
        match apdu.command:
            case Command.REGISTRATION:
                self._answer_registration(apdu.data)
            case _ if not self._registered:
                self._refuse(NOT_POSSIBLE)
            case Command.STATUS_ENQUIRY:
                self._send(ACK)
                self._say(Command.COMPLETION, bytes((self._status,)))
            case Command.AUTHORISATION:
                self._begin(SALE, apdu.data)
            case Command.REFUND:
                self._begin(REFUND, apdu.data[3:])
            case Command.REVERSAL:
                self._begin_reversal(apdu.data[3:])
            case Command.REPEAT_RECEIPT:
                self._send(ACK)
                self._repeat()
            case Command.END_OF_DAY:
                self._send(ACK)
                self._save(self._account.closed_day())
                self._say(Command.COMPLETION)
            case _:
                self._refuse(NOT_POSSIBLE)

    def _answer_registration(self, data: bytes) -> None:
        if len(data) < 4 or data[:3] != self._password:
            self._refuse(PROTOCOL)
            return
        self._registered = True
        self._send(ACK)
        self._say(Command.COMPLETION)

    def _begin(self, kind: str, data: bytes) -> None:
        found = fields(data)
        fen = from_bcd(found.get(AMOUNT, b"")) if found.get(AMOUNT) else None
        if not fen:
            self._refuse(PROTOCOL)
        elif CURRENCY in found and from_bcd(found[CURRENCY]) != CNY:
            self._refuse(WRONG_CURRENCY)
        else:
            self._start(kind, fen)

    def _begin_reversal(self, data: bytes) -> None:
        found = fields(data)
        receipt = from_bcd(found.get(RECEIPT, b"")) if found.get(RECEIPT) else None
        sale = self._account.open_sale(receipt or 0)
        if sale is None or (AMOUNT in found and from_bcd(found[AMOUNT]) != sale.fen):
            self._send(ACK)
            self._say_refusal(CANNOT_REVERSE)
        elif self._account.is_reversed(sale.trace):
            self._send(ACK)
            self._say_refusal(ALREADY_REVERSED)
        else:
            self._start(REVERSAL, sale.fen, undoes=sale)

    def _start(self, kind: str, fen: int, undoes: Entry | None = None) -> None:
        plan, code, seconds = self._plans.popleft() if self._plans else ("paid", BY_BANK, None)
        until = self._now + (self._seconds if seconds is None else seconds)
        self._send(ACK)
        self._work = _Work(kind=kind, fen=fen, plan=plan, code=code, until=until, undoes=undoes)
        if plan == "late":
            self._to_say.append(None)
        elif plan not in ("silent", "silent_paid"):
            self._say(Command.INTERMEDIATE_STATUS, bytes((INSERT_CARD,)))

    def _finish(self, work: _Work) -> None:
        if work.plan in ("declined", "cancelled"):
            if work.asked_here:
                self._say_refusal(STOPPED if work.plan == "cancelled" else work.code)
            return
        if work.plan not in ("silent", "lose_before"):
            undoes = work.undoes.trace if work.undoes else 0
            self._save(self._account.with_entry(work.kind, work.fen, undoes))
        if not work.asked_here:
            return
        if work.plan == "paid":
            self._say(Command.INTERMEDIATE_STATUS, bytes((ASKING_BANK,)))
            self._repeat()
        elif work.plan == "lose_told":
            self._say(Command.STATUS_INFORMATION, _status(self._account))
        if work.plan.startswith("lose"):
            self._to_say.append(None)

    def _repeat(self) -> None:
        if not self._account.entries:
            self._say_refusal(NOT_POSSIBLE)
            return
        self._say(Command.STATUS_INFORMATION, _status(self._account))
        for line in _slip(self._account):
            self._say(Command.PRINT_LINE, b"\x00" + line.encode("ascii"))
        self._say(Command.COMPLETION)

    def _save(self, account: Account) -> None:
        self._file.save(account)
        self._account = account

    def _say(self, command: Command, data: bytes = b"") -> None:
        """Say it as soon as what was said before has been understood."""
        self._to_say.append(Apdu(command=command, data=data))

    def _say_refusal(self, code: int) -> None:
        self._say(Command.STATUS_INFORMATION, b"\x27" + bytes((code,)) + b"\x29" + bcd(self._account.terminal, 4))
        self._say(Command.ABORTED, bytes((code,)))

    def _refuse(self, code: int) -> None:
        self._send(Apdu(command=0x8400 | code, data=b""))

    def _send(self, apdu: Apdu) -> None:
        self._send_bytes(encode(apdu))

    def _lose(self) -> None:
        self._to_say.clear()
        self._unconfirmed_since = None
        if self._hang_up is not None:
            self._hang_up()


def _status(account: Account) -> bytes:
    """The status information of the last booking, as terminals lay it out: no more of the card than its masked end."""
    entry = account.entries[-1]
    undone = b"\x37" + bcd(entry.reverses, 3) if entry.reverses else b""
    return b"".join(
        (
            b"\x27\x00\x04" + bcd(entry.fen, 6),
            b"\x0b" + bcd(entry.trace, 3) + b"\x0c\x10\x30\x00\x0d\x05\x01",
            undone,
            b"\x22\xf0\xf8" + b"\xee" * 6 + b"\x47\x71",
            b"\x29" + bcd(account.terminal, 4) + b"\x2a" + b"100461763      ",
            b"\x49" + bcd(CNY, 2) + b"\x87" + bcd(entry.receipt, 2) + b"\x8a\x05",
            b"\x8b\xf0\xf8" + b"UNIONPAY",
            b"\x06\x06\x24\x04\x07\x02OK",
        )
    )


def _slip(account: Account) -> Iterator[str]:
    entry = account.entries[-1]
    yield f"{entry.kind.upper()} {entry.fen / 100:.2f} CNY"
    yield f"RECEIPT {entry.receipt:04d} TRACE {entry.trace:06d}"
