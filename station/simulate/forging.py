"""Codes that nobody issued, made of one that somebody did, or signed by whoever has nothing to sign with."""

from datetime import timedelta
from random import Random

from tickets import base45, credential
from tickets.keys import SigningKey
from tickets.numbers import TicketNumber

_NUMBER_BYTES = 8
_PREFIX_BYTES = 3


def forged(code: str, number: str, chance: Random) -> str:
    """Another code like this one, of the ticket with this number; it differs from it in what a signature is for."""
    made = chance.choice((_one_byte, _one_byte, _other_number, _other_prefix, _strangers))(code, number, chance)
    assert made != code
    return made


def _one_byte(code: str, _: str, chance: Random) -> str:
    """One bit of one byte is another."""
    message = bytearray(_message(code))
    message[chance.randrange(len(message))] ^= 1 << chance.randrange(8)
    return _code(bytes(message))


def _other_number(code: str, number: str, chance: Random) -> str:
    """The same issuer's prefix, and a rest that was made up."""
    own = int(number).to_bytes(_NUMBER_BYTES)
    return _with_number(code, own, own[:_PREFIX_BYTES] + _other(own[_PREFIX_BYTES:], chance))


def _other_prefix(code: str, number: str, chance: Random) -> str:
    """As if another till had sold it."""
    own = int(number).to_bytes(_NUMBER_BYTES)
    return _with_number(code, own, _other(own[:_PREFIX_BYTES], chance) + own[_PREFIX_BYTES:])


def _strangers(code: str, _: str, chance: Random) -> str:
    """The same journey under another number, well signed with somebody's own key."""
    says = credential.inspect(code).ticket
    other = TicketNumber((1 << 40) | chance.getrandbits(40))
    ticket = credential.Ticket(other, says.expires + timedelta(seconds=1), says.journey)
    return credential.issue(ticket, SigningKey.from_raw(chance.randbytes(32)))


def _other(own: bytes, chance: Random) -> bytes:
    return (int.from_bytes(own) ^ chance.randrange(1, 1 << 8 * len(own))).to_bytes(len(own))


def _with_number(code: str, own: bytes, other: bytes) -> str:
    return _code(_message(code).replace(own, other))


def _message(code: str) -> bytes:
    return base45.decode(code.removeprefix(credential.PREFIX))


def _code(message: bytes) -> str:
    return credential.PREFIX + base45.encode(message)
