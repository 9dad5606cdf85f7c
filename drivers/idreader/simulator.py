"""A simulated SDT identity card reader: cards are laid on and taken off by hand, bytes come out."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

from drivers.idreader import DocumentKind
from drivers.idreader.codec import Decoder, Message, Status, encode
from drivers.idreader.document import KIND_AT, LAYOUTS, NO_END, TEXT_BYTES, check_character
from drivers.simulation import Send

PHOTO_BYTES = 1024
QUIET_SECONDS = 0.5


def card_text_bytes(
    kind: DocumentKind,
    name: str,
    number: str,
    *,
    birth: date,
    valid_from: date,
    valid_to: date | None,
    name_in_latin: bool = False,
) -> bytes:
    """Return the 256 bytes of a card. Raises ValueError for a kind without a chip or a name or number too long."""
    letter, layout = next(((letter, layout) for letter, layout in LAYOUTS.items() if layout.kind is kind), ("", None))
    if layout is None:
        raise ValueError(f"{kind.name} is no chip card")
    text = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))

    def put(places: tuple[tuple[int, int], ...], value: str) -> None:
        rest = value.encode("utf-16-le")
        for start, length in places:
            text[start : start + min(length, len(rest))] = rest[:length]
            rest = rest[length:]
        if rest:
            raise ValueError(f"The card has room for {sum(length for _, length in places) // 2} characters there")

    put(layout.names[-1 if name_in_latin else 0], name)
    put((layout.number,), number)
    put((layout.birth,), f"{birth:%Y%m%d}")
    put((layout.valid_from,), f"{valid_from:%Y%m%d}")
    put((layout.valid_to,), f"{valid_to:%Y%m%d}" if valid_to else NO_END)
    put(((KIND_AT, 2),), letter)
    return bytes(text)


class IdReaderSimulator:
    """Implements drivers.simulation.Simulator.

    `finds_again` makes it a reader that finds a card again after it was read; most do not, until it was taken off.
    """

    def __init__(self, *, finds_again: bool = False) -> None:
        self._finds_again = finds_again
        self._decoder = Decoder(head=2)
        self._send: Send = lambda _: None
        self._now = 0.0
        self._heard_at = 0.0
        self._kind: DocumentKind | None = None
        self._text = b""
        self._photo = b""
        self._faulty = False
        self._selected = self._read = False
        self._reads = 0

    def attach(self, send: Send) -> None:
        """See Simulator.attach."""
        self._send = send

    def feed(self, data: bytes) -> None:
        """See Simulator.feed."""
        self._heard_at = self._now
        for message in self._decoder.feed(data):
            self._send(self._answer(message))

    def tick(self, now: float) -> None:
        """See Simulator.tick."""
        self._now = now
        if now - self._heard_at > QUIET_SECONDS:
            self._decoder.reset()

    def do(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Work it by hand: `place` a card, `remove` it.

        place(kind, name, number, birth="1990-01-31", valid_from=…, valid_to=… or null, faulty=False, latin=False):
        `kind` is a DocumentKind or its name or number; a faulty card is found and cannot be read. A number given with
        17 digits gets its check character.
        """
        by_hand: dict[str, Callable[..., dict[str, Any]]] = {"place": self._place, "remove": self._remove}
        if command not in by_hand:
            raise ValueError(f"An ID reader knows {', '.join(by_hand)}, not {command!r}")
        return by_hand[command](**arguments)

    def state(self) -> dict[str, Any]:
        """See Simulator.state: the kind of card lying there, and how many were read since the start."""
        return {"card": self._kind.name if self._kind else None, "reads": self._reads}

    def _place(
        self,
        *,
        kind: DocumentKind | int | str = DocumentKind.RESIDENT_ID,
        name: str,
        number: str,
        birth: str | None = None,
        valid_from: str = "2016-05-20",
        valid_to: str | None = "2036-05-20",
        faulty: bool = False,
        latin: bool = False,
    ) -> dict[str, Any]:
        kind = _kind(kind)
        if len(number) == 17 and number.isdecimal():
            number += check_character(number)
        if birth is None:
            birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}" if len(number) == 18 else "1990-01-31"
        text = card_text_bytes(
            kind,
            name,
            number,
            birth=date.fromisoformat(birth),
            valid_from=date.fromisoformat(valid_from),
            valid_to=date.fromisoformat(valid_to) if valid_to else None,
            name_in_latin=latin,
        )
        self._remove()
        self._kind, self._text, self._faulty = kind, text, faulty
        self._photo = hashlib.shake_256(text).digest(PHOTO_BYTES)
        return {}

    def _remove(self) -> dict[str, Any]:
        self._kind, self._text, self._photo = None, b"", b""
        self._selected = self._read = False
        return {}

    def _answer(self, message: Message) -> bytes:
        match tuple(message.head):
            case (0x11, 0xFF) | (0x10, 0xFF):
                return _reply(Status.DONE)
            case (0x20, 0x01):
                if self._kind is None or (self._read and not self._finds_again):
                    return _reply(Status.NO_CARD)
                self._selected = False
                return _reply(Status.FOUND, bytes(4))
            case (0x20, 0x02):
                self._selected = self._kind is not None
                return _reply(Status.DONE, bytes(8)) if self._selected else _reply(Status.SELECT_FAILED)
            case (0x30, 0x01 | 0x10 as with_fingerprints):
                return self._content(with_fingerprints == 0x10)
            case _:
                return _reply(Status.WRONG_COMMAND)

    def _content(self, with_fingerprints: bool) -> bytes:
        if not self._selected or self._faulty:
            return _reply(Status.READ_FAILED)
        self._read = True
        self._reads += 1
        lengths = [len(self._text), len(self._photo), *([0] if with_fingerprints else [])]
        return _reply(Status.DONE, b"".join(length.to_bytes(2, "big") for length in lengths) + self._text + self._photo)


def _kind(named: DocumentKind | int | str) -> DocumentKind:
    for kind in DocumentKind:
        if named in (kind.value, kind.name):
            return kind
    raise ValueError(f"kind must be one of {', '.join(kind.name for kind in DocumentKind)}, not {named!r}")


def _reply(status: Status, data: bytes = b"") -> bytes:
    return encode(bytes((0, 0, status)), data)
