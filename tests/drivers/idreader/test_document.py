"""The four layouts of a card's text, built here byte by byte, and nothing of a person shown."""

import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.idreader import Document, DocumentKind
from drivers.idreader.document import Unreadable, check_character, read_text
from drivers.idreader.simulator import card_text_bytes

RESIDENT = [
    ("张三丰", 30), ("1", 2), ("01", 4), ("19491231", 16), ("北京市东城区某路一号", 70), ("11010519491231002X", 36),
    ("某市公安局", 30), ("20160520", 16), ("20360520", 16), ("", 36),
]  # fmt: skip
PERMIT = [
    ("陈大文", 30), ("1", 2), ("97", 4), ("19900131", 16), ("深圳市南山区某街二号", 70), ("810000199001310012", 36),
    ("某市公安局", 30), ("20200101", 16), ("20250101", 16), ("H12345678", 18), ("01", 4), ("", 6), ("J", 2), ("", 6),
]  # fmt: skip
FOREIGN = [
    ("DOE, JANE ANN", 120), ("2", 2), ("CAN110080101410", 30), ("CAN", 6), ("简安", 30), ("20180601", 16),
    ("20280531", 16), ("19800101", 16), ("01", 4), ("1100", 8), ("I", 2), ("", 6),
]  # fmt: skip
FOREIGN_2023 = [
    ("", 30), ("2", 2), ("01", 4), ("19810803", 16), ("ANASTASIA ALEXANDROVNA CONSTANTINOP", 70),
    ("911124198108030024", 36), ("", 30), ("20231201", 16), ("20331130", 16), ("LE", 22), ("RUS", 6), ("Y", 2),
    ("", 6),
]  # fmt: skip


def text(fields: list[tuple[str, int]], **changes: str) -> bytes:
    """The fields one after the other, as the standard lists them; at3="x" changes the field with index 3."""
    values = [(changes.get(f"at{place}", value), length) for place, (value, length) in enumerate(fields)]
    return b"".join(value.ljust(length // 2).encode("utf-16-le") for value, length in values)


def good(number: str) -> str:
    return number[:17] + check_character(number[:17])


def test_the_published_check_digit() -> None:
    """GB 11643's own example number, and its sum worked out by hand: 167 mod 11 = 2, so X."""
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


def test_a_resident_card() -> None:
    assert read_text(text(RESIDENT)) == Document(
        kind=DocumentKind.RESIDENT_ID,
        name="张三丰",
        number="11010519491231002X",
        birth=date(1949, 12, 31),
        valid_from=date(2016, 5, 20),
        valid_to=date(2036, 5, 20),
    )


def test_a_resident_card_without_an_end() -> None:
    document = read_text(text(RESIDENT, at8="长期"))
    assert isinstance(document, Document)
    assert document.valid_to is None


def test_a_residence_permit() -> None:
    assert read_text(text(PERMIT, at5=good("810000199001310012"))) == Document(
        kind=DocumentKind.HK_MACAO_TW_RESIDENCE,
        name="陈大文",
        number=good("810000199001310012"),
        birth=date(1990, 1, 31),
        valid_from=date(2020, 1, 1),
        valid_to=date(2025, 1, 1),
    )


def test_a_foreign_permanent_card() -> None:
    whole = Document(
        kind=DocumentKind.FOREIGN_PERMANENT,
        name="简安",
        number="CAN110080101410",
        birth=date(1980, 1, 1),
        valid_from=date(2018, 6, 1),
        valid_to=date(2028, 5, 31),
    )
    assert read_text(text(FOREIGN)) == whole
    without_chinese_name = read_text(text(FOREIGN, at4=""))
    assert isinstance(without_chinese_name, Document)
    assert without_chinese_name.name == "DOE, JANE ANN"


def test_a_foreign_card_of_2023_with_a_long_name() -> None:
    document = read_text(text(FOREIGN_2023, at5=good("911124198108030024")))
    assert isinstance(document, Document)
    assert document.kind is DocumentKind.FOREIGN_PERMANENT_2023
    assert document.name == "ANASTASIA ALEXANDROVNA CONSTANTINOPLE"
    assert document.birth == date(1981, 8, 3)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at0": ""}, "name"),
        ({"at0": "张\x07三"}, "name"),
        ({"at5": "110105194912310021"}, "check digit of the number"),
        ({"at5": "11010519491231002x"}, "number"),
        ({"at5": "1101051949123100２X"}, "number"),
        ({"at5": "110105491231002"}, "number"),
        ({"at5": ""}, "number"),
        ({"at3": "19491331"}, "date of birth"),
        ({"at3": "１９４９１２３１"}, "date of birth"),
        ({"at7": "长期"}, "start of validity"),
        ({"at8": ""}, "end of validity"),
        ({"at8": "20230229"}, "end of validity"),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(changes: dict[str, str], field: str) -> None:
    assert read_text(text(RESIDENT, **changes)) == Unreadable(field=field)


@pytest.mark.parametrize("number", ["110105199001310019", "840000199001310019", "911124198108030024"])
def test_a_permit_has_a_permit_number(number: str) -> None:
    assert read_text(text(PERMIT, at5=good(number))) == Unreadable(field="number")


def test_rare_characters_are_kept() -> None:
    """Names with characters outside the basic plane, and of the private area that older cards use."""
    for name in ("\U00020b9f田", "\ue863明", "阿卜杜·热合曼"):
        written = name.encode("utf-16-le")
        document = read_text(written + text(RESIDENT, at0="")[len(written) :])
        assert isinstance(document, Document)
        assert document.name == name


def test_padding_may_be_zero() -> None:
    assert isinstance(read_text(text(RESIDENT).replace(b" \0", b"\0\0")), Document)


@given(st.binary(max_size=300) | st.binary(min_size=256, max_size=256))
def test_anything_never_raises(noise: bytes) -> None:
    assert isinstance(read_text(noise), Document | Unreadable)


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(at: int, change: int) -> None:
    number = "11010519491231002X"
    wrong = number[:at] + str((int(number[at]) + change) % 10) + number[at + 1 :]
    assert isinstance(read_text(text(RESIDENT, at5=wrong)), Unreadable)


def test_a_document_shows_nothing_of_the_person() -> None:
    document = read_text(text(RESIDENT))
    for shown in (repr(document), str(document), f"{document}", "%s" % (document,), repr([document])):  # noqa: UP031 - the old way too
        assert shown.strip("[]") == "Document(hidden)"
    with pytest.raises(AttributeError) as error:
        _ = document.address  # type: ignore[union-attr] # not there, and saying so shows nothing
    assert "张" not in str(error.value)
    assert pickle.loads(pickle.dumps(document)) == document


def test_the_kinds_keep_their_numbers() -> None:
    assert {kind.name: kind.value for kind in DocumentKind} == {
        "RESIDENT_ID": 1,
        "HK_MACAO_TW_RESIDENCE": 2,
        "FOREIGN_PERMANENT": 3,
        "FOREIGN_PERMANENT_2023": 4,
        "PASSPORT": 5,
        "HK_MACAO_PERMIT": 6,
        "TAIWAN_PERMIT": 7,
    }


def test_the_simulator_lays_out_a_card_as_the_standard_does() -> None:
    def card(kind: DocumentKind, name: str, number: str, *, latin: bool = False) -> bytes:
        return card_text_bytes(
            kind, name, number, birth=date(1949, 12, 31), valid_from=date(2016, 5, 20), valid_to=date(2036, 5, 20),
            name_in_latin=latin,
        )  # fmt: skip

    bare = text(RESIDENT, at1="", at2="", at4="", at6="")
    assert card(DocumentKind.RESIDENT_ID, "张三丰", "11010519491231002X") == bare
    long_name = card(DocumentKind.FOREIGN_PERMANENT_2023, "X" * 40, good("911124198108030024"), latin=True)
    assert long_name[52:122] == "X".encode("utf-16-le") * 35
    assert long_name[220:242] == ("X" * 5).ljust(11).encode("utf-16-le")
    assert long_name[248:250] == b"Y\0"
    with pytest.raises(ValueError, match="room for 15"):
        card(DocumentKind.RESIDENT_ID, "某" * 16, "11010519491231002X")
    with pytest.raises(ValueError, match="no chip card"):
        card(DocumentKind.PASSPORT, "某", "E12345678")
