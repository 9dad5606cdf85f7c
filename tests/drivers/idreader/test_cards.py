"""All four layouts of a chip card on the reader: bytes frozen here, made without our code, and a simulator of each.

The texts were laid out by hand from the published tables of offsets; their numbers' check characters were worked out
from GB 11643. Nobody here exists.
"""

from datetime import date
from pathlib import Path

import pytest

from drivers.idreader import Document, DocumentKind
from drivers.idreader.codec import Message
from drivers.idreader.sdt import SdtReader
from drivers.idreader.simulator import IdReaderSimulator
from drivers.link import open_link
from drivers.simulation import Station

RESIDENT = (  # its whole frame ends in DA
    "276B33960E66E0732000200020002000200020002000200020002000200032003000310031003900380038003000320032003900"
    "715C1C4E0177D067025ED0673A534B6DD58BEF8D004EF7538C4E5553435120002000200020002000200020002000200020002000"
    "20002000200020002000200020002000200033003700300031003000320031003900380038003000320032003900310032003300"
    "3200D067025E6C51895B405CD0670652405C2000200020002000200020002000320030003100390030003700300034007F951F67"
    "200020002000200020002000200020002000200020002000200020002000200020002000200020002000200020002000"
)
HK_MACAO_TW = (  # its whole frame ends in 2E
    "48962759876520002000200020002000200020002000200020002000200031003900370031003900390030003000310033003100"
    "7F5E1C4E0177D067025ED0673A534B6DD58B57888C4EF75320002000200020002000200020002000200020002000200020002000"
    "20002000200020002000200020002000200038003100300030003000300031003900390030003000310033003100300031003200"
    "3600D067025E6C51895B405C20002000200020002000200020002000200020003200300032003200300039003100350032003000"
    "320037003000390031003500480031003200330034003500360037003800300031002000200020004A00200020002000"
)
FOREIGN_2017 = (  # its whole frame ends in 79
    "4D00550053005400450052004D0041004E004E002C0020004500520049004B00410020004D004100520049004100200020002000"
    "20002000200020002000200020002000200020002000200020002000200020002000200020002000200020002000200020002000"
    "20002000200020002000200020002000320044004500550033003100300030003800300030003200320039003000310044004500"
    "55007E823D4E61532000200020002000200020002000200020002000200020003200300031003800300036003000310032003000"
    "320038003000350033003100310039003800300030003200320039003000310031003500300030004900200020002000"
)
FOREIGN_2023 = (  # its whole frame ends in 8B
    "20002000200020002000200020002000200020002000200020002000200031003000320031003900380031003000380030003300"
    "41004E00440045005200530053004F004E0020004C0049004E004400510056004900530054002C0020004B00410052004C002000"
    "47005500530054004100560020004D00410039003100310031003200340031003900380031003000380030003300300030003300"
    "32002000200020002000200020002000200020002000200020002000200020003200300032003400300031003100350032003000"
    "33003400300031003100340047004E005500530020004500520049004B00200020005300570045005900200020002000"
)
HEAD = "AAAAAA96690508000090" + "01000400"
"""Preamble, length 1288, status done, and the lengths of text and photo."""

PHOTO = bytes((7 * place + 3) & 0xFF for place in range(1024))
FOUND = bytes.fromhex("AAAAAA96690008 00009F 00000000 97")
SELECTED = bytes.fromhex("AAAAAA9669000C 000090 0000000000000000 9C")
NO_CARD = bytes.fromhex("AAAAAA96690004 000080 84")

CARDS = {
    "resident": (
        RESIDENT,
        "DA",
        Document(
            kind=DocumentKind.RESIDENT_ID,
            name="欧阳明珠",
            number="370102198802291232",
            birth=date(1988, 2, 29),
            valid_from=date(2019, 7, 4),
            valid_to=None,
        ),
    ),
    "permit": (
        HK_MACAO_TW,
        "2E",
        Document(
            kind=DocumentKind.HK_MACAO_TW_RESIDENCE,
            name="陈大文",
            number="810000199001310126",
            birth=date(1990, 1, 31),
            valid_from=date(2022, 9, 15),
            valid_to=date(2027, 9, 15),
        ),
    ),
    "foreign of 2017": (
        FOREIGN_2017,
        "79",
        Document(
            kind=DocumentKind.FOREIGN_PERMANENT,
            name="艾丽卡",
            number="DEU310080022901",
            birth=date(1980, 2, 29),
            valid_from=date(2018, 6, 1),
            valid_to=date(2028, 5, 31),
        ),
    ),
    "foreign of 2023": (
        FOREIGN_2023,
        "8B",
        Document(
            kind=DocumentKind.FOREIGN_PERMANENT_2023,
            name="ANDERSSON LINDQVIST, KARL GUSTAV MAGNUS ERIK",
            number="911124198108030032",
            birth=date(1981, 8, 3),
            valid_from=date(2024, 1, 15),
            valid_to=date(2034, 1, 14),
        ),
    ),
}


class Playback:
    """A line on which a reader's answers were recorded: each question gets the next one, in two pieces."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self._arrived: list[bytes] = []

    def write(self, data: bytes) -> None:  # noqa: ARG002 - the order of questions is known
        answer = self._answers.pop(0)
        self._arrived = [answer[:100], answer[100:]]

    def read(self, timeout: float) -> bytes:  # noqa: ARG002 - a recording does not wait
        return self._arrived.pop(0) if self._arrived else b""

    def close(self) -> None:
        pass


@pytest.mark.parametrize("name", CARDS)
def test_a_recorded_card_is_read(name: str) -> None:
    text, check, wanted = CARDS[name]
    frame = bytes.fromhex(HEAD + text) + PHOTO + bytes.fromhex(check)
    assert len(frame) == 1295
    reader = SdtReader(lambda: Playback(FOUND, SELECTED, frame, NO_CARD))
    assert reader.read() == wanted
    assert reader.read() is None


@pytest.mark.parametrize("name", CARDS)
def test_a_simulated_card_of_each_kind_is_read_over_a_line(tmp_path: Path, name: str) -> None:
    wanted = CARDS[name][2]
    with Station(IdReaderSimulator(), f"pty:{tmp_path / 'reader'}") as station:
        reader = SdtReader(lambda: open_link(station.address, 115200))
        assert reader.read() is None
        assert wanted.birth
        assert wanted.valid_from
        station.do(
            "place",
            kind=wanted.kind.name,
            name=wanted.name,
            number=wanted.number,
            birth=wanted.birth.isoformat(),
            valid_from=wanted.valid_from.isoformat(),
            valid_to=wanted.valid_to and wanted.valid_to.isoformat(),
            latin=name == "foreign of 2023",
        )
        assert reader.read() == wanted
        assert reader.read() is None
        reader.close()


def test_what_a_card_said_is_overwritten_when_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytearray] = []
    post_init = Message.wipe

    def remembered(message: Message) -> None:
        kept.append(message.data)
        assert bytes.fromhex(RESIDENT)[122:158] in bytes(message.data)
        post_init(message)

    monkeypatch.setattr(Message, "wipe", remembered)
    frame = bytes.fromhex(HEAD + RESIDENT) + PHOTO + b"\xda"
    reader = SdtReader(lambda: Playback(FOUND, SELECTED, frame))
    assert reader.read() is not None
    assert len(kept) == 1
    assert not any(kept[0])
    assert not any(reader._decoder._body)
