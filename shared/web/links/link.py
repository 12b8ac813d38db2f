"""What a link in a letter stands for: sealed, so that it tells nothing and cannot be made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar, Self

from shared.domain.aggregate import Aggregate
from shared.settings import Settings
from shared.web.door.sealing import Seal

LASTS = timedelta(days=14)
"""After which a link does nothing any more. Keys that were replaced must open for as long."""


@dataclass(frozen=True, slots=True)
class Link:
    """One deed, of one person, about one thing."""

    deed: str
    subject: str
    """The pair or session it is about."""
    participant_id: str
    letter: str
    """The letter it stands in: of all its links of one deed, one acts."""
    ends: int
    """Seconds since 1970."""
    chosen: str = ""
    """An answer that the link itself gives; empty where the page asks for it, or nothing is asked."""

    @property
    def id(self) -> str:
        """Of all links of this deed in this letter."""
        return blake2b(f"{self.letter}\0{self.deed}".encode(), digest_size=18).hexdigest()

    @property
    def ends_at(self) -> datetime:
        """When its time has passed."""
        return datetime.fromtimestamp(self.ends, UTC)

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return now.timestamp() >= self.ends

    def packed(self) -> dict[str, Any]:
        """As it is sealed: few letters, for it stands in an address."""
        return {
            "d": self.deed,
            "s": self.subject,
            "p": self.participant_id,
            "l": self.letter,
            "x": self.ends,
            "c": self.chosen,
        }

    @classmethod
    def unpacked(cls, said: Mapping[str, Any]) -> Self:
        """The same again; raises LookupError for what another version has sealed."""
        return cls(said["d"], said["s"], said["p"], said["l"], said["x"], said["c"])


class Links:
    """Seals links, and opens them."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings, "link")

    def __bool__(self) -> bool:
        """Whether there is a key to seal with."""
        return bool(self._seal)

    def token(self, link: Link) -> str:
        """What stands in the address; raises IndexError where there is no key."""
        return self._seal.seal(link.packed())

    def open(self, token: str) -> Link | None:
        """None for whatever was not sealed here."""
        said = self._seal.open(token)
        try:
            return Link.unpacked(said) if said else None
        except LookupError:
            return None


@dataclass(frozen=True, kw_only=True)
class Followed(Aggregate):
    """That a link was used, kept in the same transaction as what it did; ``id`` is ``Link.id``."""

    collection: ClassVar[str] = "followed_links"
    forgotten_when_due: ClassVar[bool] = True
