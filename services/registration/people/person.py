"""A person as HR knows them. Names and e-mail addresses live here and leave this service in no event."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from shared.domain.aggregate import Aggregate


@dataclass(frozen=True, kw_only=True)
class Person(Aggregate):
    """Somebody, over all programmes; ``id`` is the person id, a keyed hash of the employee id.

    What names them is kept out of ``repr``, and so out of logs and tracebacks.
    """

    collection: ClassVar[str] = "people"
    about: ClassVar[tuple[str, ...]] = ("id",)

    name: str = field(repr=False)
    email: str = field(repr=False)
    employee_id: str | None = field(default=None, repr=False)
    """Unknown of somebody who applied oneself, until HR's data bring it."""
    manager_id: str | None = None
    """Person id of the direct manager, who may be unknown here otherwise."""

    def described(self, *, name: str, email: str, employee_id: str | None, manager_id: str | None) -> "Person":
        """With what was said just now; what was not said (None) stays."""
        return replace(
            self,
            name=name,
            email=email,
            employee_id=employee_id or self.employee_id,
            manager_id=manager_id or self.manager_id,
        )
