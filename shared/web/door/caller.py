"""Who is calling: what everything else asks of a caller."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from shared.domain.people import Part, Pseudonym
from shared.language.reasons import Failure
from shared.language.values.places import canonical
from shared.web.door.session import Session
from shared.web.door.tokens import LEEWAY

RoleName = Literal["participant", "manager", "operator", "data-protection"]
ROLES = frozenset(get_args(RoleName))
"""A token may name any others, of other products."""


class Forbidden(Failure):
    """The token is valid, but does not allow this: 403."""


@dataclass(frozen=True)
class Caller:
    """Somebody with a valid token."""

    person_id: str | None
    roles: frozenset[str]
    countries: frozenset[str]
    before: str | None = None
    """What an earlier version made of the number in the token, where that is another id."""
    subject: str = field(default="", repr=False)
    """Whom the token is about, in the words of the identity provider: an address, perhaps."""
    expires_at: float = math.inf
    """When the token ends, or the session, in seconds since 1970."""
    session: Session | None = field(default=None, repr=False)
    """Where it is a browser that somebody has signed in with."""

    @property
    def given(self) -> Pseudonym | None:
        """What the number in the token gives."""
        return Pseudonym(self.person_id, self.before or self.person_id) if self.person_id else None

    @property
    def ids(self) -> frozenset[str]:
        """The caller's ids."""
        return frozenset(filter(None, (self.person_id, self.before)))

    def has(self, role: RoleName) -> bool:
        """Whether the token gives this role."""
        return role in self.roles

    @property
    def answers_for_people(self) -> bool:
        """Whether the caller may do for anybody what privacy gives everybody: have their data shown, or erased."""
        return self.has("operator") or self.has("data-protection")

    @property
    def known_roles(self) -> frozenset[str]:
        """Those that are ours."""
        return self.roles & ROLES

    def covers(self, countries: Iterable[str]) -> bool:
        """Whether the caller is a manager of all these countries; of none at all only a manager of every one («*») is.

        Who takes part nowhere, and so is not there, is nobody's but theirs who could see them anywhere.
        """
        wanted = canonical(countries)
        return self.has("manager") and ("*" in self.countries or (bool(wanted) and wanted <= self.countries))

    @property
    def is_over(self) -> bool:
        """Whether the token has ended since it was looked at."""
        return time.time() > self.expires_at + LEEWAY

    def managed(self, countries: Iterable[str]) -> list[str]:
        """Those of these countries whose people the caller manages."""
        return [country for country in countries if self.covers([country])]

    def manages(self, country: str) -> bool:
        """Whether the caller manages people of a country."""
        return self.covers([country])

    def must_manage_some(self, countries: Iterable[str]) -> tuple[str, ...]:
        """Those of these countries whose people the caller manages; raises Forbidden where there is none."""
        of_it = list(countries)
        if not (managed := self.managed(of_it)):
            raise Forbidden("needs-a-manager-of-one-of", countries=of_it)
        return tuple(managed)

    def must_cover(self, countries: Iterable[str]) -> None:
        """Raises Forbidden unless the caller is a manager of all these countries."""
        wanted = sorted(countries)
        if not self.covers(wanted):
            raise Forbidden("needs-a-manager-of", countries=wanted)

    def must_manage_them(self, countries: Iterable[str]) -> None:
        """Raises Forbidden unless the caller manages all countries somebody takes part in.

        It says the same of somebody elsewhere and of nobody: whether a person takes part is not for everybody to ask.
        """
        if not self.covers(countries):
            raise Forbidden("needs-their-manager")

    def plays(self, part: Part) -> bool:
        """Whether that is the caller's own part in a programme."""
        return not self.ids.isdisjoint((part.person_id, part.known_as))

    def must_be(self, *parts: Part | None) -> None:
        """Raises Forbidden unless one of these is the caller's."""
        if not any(part is not None and self.plays(part) for part in parts):
            raise Forbidden("of-somebody-else")
