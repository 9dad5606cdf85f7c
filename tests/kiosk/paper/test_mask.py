"""What a finder of a lost ticket learns about its owner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.paper.mask import mask_name, mask_number


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三丰", "张*"),
        ("李四", "李*"),
        ("阿依古丽·买买提", "阿*"),
        ("㐀某", "㐀*"),
        ("𠮷某", "𠮷*"),
        ("Anna Maria Berg", "A* M* B*"),
        ("O’Neil-Smith", "O* N* S*"),
        (" 王 五 ", "王*"),
        ("张 Smith", "张* S*"),
        ("", ""),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110101199003071234", "1101****1234"),
        ("11010119900307123X", "1101****123X"),
        ("1101 0119 9003 0712 34", "1101****1234"),
        ("E12345678", "E1****78"),
        ("H1234567890", "H1****90"),
        ("1234", "1****4"),
        ("123", "****"),
        ("", "****"),
    ],
)
def test_numbers(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@given(st.text(alphabet="0123456789ABCX", max_size=30))
def test_at_most_half_of_a_number_shows(number: str) -> None:
    shown = mask_number(number).split("****")
    assert sum(map(len, shown)) <= len(number) / 2
    assert number.startswith(shown[0])
    assert number.endswith(shown[1])
