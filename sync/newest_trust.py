"""The newest trust list that a terminal has: the one from its enrolment, or a newer one that sync has brought."""

from sync.cache import CacheReader
from tickets.keys import PublicKey
from tickets.trust import Trust, TrustFault, TrustList, open_trust_list


class NewestTrust:
    """Gives the newest list; never one older than it gave before, whatever the cache says."""

    def __init__(self, enrolled: bytes, root: PublicKey, cache: CacheReader) -> None:
        """Raises TrustFault when the enrolment's own list is not signed by `root`."""
        self._root = root
        self._cache = cache
        self._seen = enrolled
        self._trust = Trust(open_trust_list(enrolled, root))

    def current(self) -> Trust:
        """What to check tickets with now. Reads the cache; a list is opened only when it is another than before."""
        data = self._cache.trust_list_bytes()
        if data is not None and data != self._seen:
            self._seen = data
            try:
                self._trust = Trust(open_trust_list(data, self._root, not_older_than=self._trust.trust_list.version))
            except TrustFault:
                # sync checks lists before it keeps them: this one came into the file some other way; keep ours
                return self._trust
        return self._trust

    def trust_list(self) -> TrustList:
        """The list itself, for its age and its keys."""
        return self.current().trust_list
