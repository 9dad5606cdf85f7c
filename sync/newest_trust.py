"""The newest trust list that a terminal has: the one from its enrolment, or a newer one that sync has brought."""

from sync.cache.reader import CacheReader
from tickets.freshness import FreshnessFault, open_newest
from tickets.keys import PublicKey
from tickets.trust import KeyUse, Trust, TrustFault, TrustList, open_trust_list


class NewestTrust:
    """Gives the newest list; never one older than it gave before, whatever the cache says."""

    def __init__(self, enrolled: bytes, root: PublicKey, cache: CacheReader) -> None:
        """Raises TrustFault when the enrolment's own list is not signed by `root`."""
        self._root = root
        self._cache = cache
        self._seen = enrolled
        self._heard: bytes | None = None
        self._trust = Trust(open_trust_list(enrolled, root))

    def current(self) -> Trust:
        """What to check tickets with now. Reads the cache; a list is opened only when it is another than before."""
        data = self._cache.trust_list_bytes()
        if data is not None and data != self._seen:
            self._seen = data
            known = self._trust.trust_list
            try:
                opened = open_trust_list(data, known.root or self._root, not_older_than=known.version)
            except TrustFault:
                # sync checks lists before it keeps them: this one came into the file some other way; keep ours
                opened = known
            self._trust = Trust(opened, self._trust.also_revoked)
            self._heard = None
        self._hear_of_revoked()
        return self._trust

    def _hear_of_revoked(self) -> None:
        """Believe what the LIST key says of tills that were revoked since the list was signed; it only ever adds."""
        said = self._cache.freshness()
        if said is None or said == self._heard:
            return
        self._heard = said
        try:
            revoked = open_newest(said, self._trust.keys(KeyUse.LIST)).revoked
        except FreshnessFault:
            return
        self._trust = Trust(self._trust.trust_list, self._trust.also_revoked | revoked)

    def trust_list(self) -> TrustList:
        """The list itself, for its age and its keys."""
        return self.current().trust_list
