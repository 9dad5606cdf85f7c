"""How a person is named on paper that may be lost: enough for its owner to know it, nothing for a finder."""

import re

CHINESE = re.compile(r"[㐀-鿿豈-﫿𠀀-𲎯·・]+")
LATIN_WORD = re.compile(r"[^\s\-'’]+")


def mask_name(name: str) -> str:
    """`张三丰` → `张*`, `Anna Maria Berg` → `A* M* B*`: how much is hidden does not show. "" for a blank name."""
    plain = name.strip()
    if CHINESE.fullmatch(plain.replace(" ", "")):
        return f"{plain[0]}*"
    return " ".join(f"{word[0]}*" for word in LATIN_WORD.findall(plain))


def mask_number(number: str) -> str:
    """`110101199003071234` → `1101****1234`. Never shows more than half: `E12345678` → `E1****78`, `12` → `****`."""
    plain = "".join(number.split())
    shown = min(4, len(plain) // 4)
    return f"{plain[:shown]}****{plain[len(plain) - shown :]}"
