"""What lets this till sell: its key, the centre's certificate for it, and the keys of the service day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sync.cache.reader import CacheReader
from tickets.credential import Ticket, TillCertificate, certifier_of, issue_delegated, read_certificate
from tickets.errors import Malformed
from tickets.keys import PublicKey, SigningKey
from tickets.trust import Trust, TrustFault, TrustList, open_trust_list


@dataclass(frozen=True, slots=True, kw_only=True)
class TillIdentity:
    """Who this till is, from its enrolment. `certificate` and `trust_list` are as they were then: the cache has newer.

    `name` is what staff call it and what is printed on tickets.
    """

    device: str
    name: str
    prefix: int
    key: SigningKey
    root_key: PublicKey
    certificate: bytes | None
    trust_list: bytes | None


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate of this till: its bytes, and what it says."""

    data: bytes
    said: TillCertificate


class Authority:
    """The till's right to sell, as fresh as the cache has it. What is read from the same bytes is read once."""

    def __init__(self, identity: TillIdentity, cache: CacheReader) -> None:
        self._identity = identity
        self._cache = cache
        self._certified: tuple[tuple[bytes, ...], TrustList | None, Certified | None] = ((), None, None)
        self._listed: tuple[bytes, TrustList | None] = (b"", None)

    def certified(self) -> Certified | None:
        """The certificate that lasts longest among those that are for this till's key and prefix, and that gates with
        this till's trust list believe: by a key on it. None without one.
        """
        known = (self._cache.certificate(self._identity.device), self._identity.certificate)
        found = tuple(data for data in known if data)
        listed = self.trust_list()
        if found != self._certified[0] or listed is not self._certified[1]:
            believed = () if listed is None else Trust(listed).certificate_keys
            fitting = self._fitting(found, {key.kid for key in believed})
            best = max(fitting, key=lambda one: one.said.expires, default=None)
            self._certified = (found, listed, best)
        return self._certified[2]

    def sells_until(self, expires: datetime) -> bool:
        """Whether a ticket that expires then can be signed."""
        certified = self.certified()
        return certified is not None and expires <= certified.said.expires

    def sign(self, ticket: Ticket) -> str:
        """The ticket's text. Raises ValueError when the certificate does not cover it."""
        certified = self.certified()
        if certified is None:
            raise ValueError("this till has no certificate")
        return issue_delegated(ticket, self._identity.key, certified.data)

    def day_key(self, day: date) -> bytes | None:
        """The station-day key for identity tags; None when sync has not brought it, or it was destroyed."""
        return self._cache.day_key(day)

    def sealing_key(self, day: date) -> bytes | None:
        """The public key to which identities of that service day are sealed; None when the trust list has none."""
        trust = self.trust_list()
        return trust.sealing_keys.get(day) if trust else None

    def trust_list(self) -> TrustList | None:
        """The newest trust list that this till has, of the cache or of its enrolment; None when it has none."""
        for data in (self._cache.trust_list_bytes(), self._identity.trust_list):
            if not data:
                continue
            if data == self._listed[0]:
                return self._listed[1]
            try:
                opened = open_trust_list(data, self._identity.root_key)
            except TrustFault:
                continue
            self._listed = (data, opened)
            return opened
        return None

    def _fitting(self, found: Iterable[bytes], signers: Collection[bytes]) -> Iterable[Certified]:
        for data in found:
            try:
                said, signer = read_certificate(data), certifier_of(data)
            except Malformed:
                continue
            mine = said.public_key == self._identity.key.public and said.prefix == self._identity.prefix
            if mine and signer in signers:
                yield Certified(data, said)
