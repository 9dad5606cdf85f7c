"""Bytes as text: base64url without padding (RFC 4648 §5), in exactly one spelling per value."""

import base64
import binascii


def to_text(data: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """Read what `to_text` wrote; ValueError for padding, other alphabets, or a second spelling of the same bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url without padding") from error
    if to_text(data) != text:
        raise ValueError("not the canonical base64url without padding")
    return data
