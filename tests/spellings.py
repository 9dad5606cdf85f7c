"""How a secret may stand in a file (plainly, backwards, in other alphabets, hexadecimal, base64), and a search."""

import json
from base64 import b16encode, b32encode, b64encode
from collections.abc import Iterator, Mapping

import numpy as np


def base64_in_any_place(data: bytes) -> Iterator[bytes]:
    """How `data` looks inside of a longer text in base64, wherever it begins there, without its uncertain ends."""
    for before in range(3):
        text = b64encode(bytes(before) + data)
        certain = text[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield certain
        yield certain.replace(b"+", b"-").replace(b"/", b"_")


def spellings(text: str) -> set[bytes]:
    """How a secret may stand in a file; what is too short to mean anything is left out."""
    found = {json.dumps(text)[1:-1].encode()}
    for each in (text, text[::-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            plain = each.encode(encoding)
            found |= {plain, plain[::-1], b32encode(plain).rstrip(b"=")[:-1], *base64_in_any_place(plain)}
            if len(plain) >= 6:  # four bytes in hexadecimal come up by chance
                found |= {b16encode(plain), b16encode(plain).lower()}
    if text[:-1].isdecimal():
        number = int(text[:-1])
        found |= {number.to_bytes(8, "big"), number.to_bytes(8, "little"), f"{number:x}".encode()}
    return {each for each in found if len(each) >= 6}


_BEGINS = 6
"""Every spelling has at least so many bytes. A search for each of them in each file would take minutes."""


class Search:
    """Looks for many spellings at once."""

    def __init__(self, secrets: Mapping[bytes, str]) -> None:
        """`secrets` says of each spelling what it is of."""
        self._secrets = secrets
        self._by_beginning: dict[int, list[bytes]] = {}
        for spelling in secrets:
            self._by_beginning.setdefault(int.from_bytes(spelling[:_BEGINS], "big"), []).append(spelling)
        self._beginnings = np.array(sorted(self._by_beginning), np.uint64)
        self._first_two = np.zeros(1 << 16, np.bool_)
        self._first_two[(self._beginnings >> np.uint64(32)).astype(np.intp)] = True

    def found_in(self, content: bytes) -> set[str]:
        """Of what there is a spelling anywhere in `content`."""
        maybe = (spelling for begins in self._maybe(content) for spelling in self._by_beginning[begins])
        return {self._secrets[spelling] for spelling in maybe if spelling in content}

    def _maybe(self, content: bytes) -> list[int]:
        """The first bytes of which spellings are anywhere in `content`."""
        one = np.frombuffer(content, np.uint8)
        places = len(one) - _BEGINS + 1
        if places < 1:
            return []
        at = np.flatnonzero(self._first_two[one[:places].astype(np.uint16) << 8 | one[1 : places + 1]])
        six = np.zeros(len(at), np.uint64)
        for byte in range(_BEGINS):
            six = six << np.uint64(8) | one[at + byte]
        found: list[int] = np.intersect1d(six, self._beginnings).tolist()
        return found
