"""Who may do what in a programme."""

from services.registration.people.enrolment import Covers
from services.registration.programmes.programme import Programme
from shared.web.access import Caller, Forbidden


def covers_of(caller: Caller) -> Covers:
    """Whether the caller manages people of a country."""
    return lambda country: caller.has("manager") and caller.covers([country])


def managed_countries(caller: Caller, programme: Programme) -> list[str]:
    """The programme's countries that the caller manages; raises Forbidden when there is none."""
    countries = list(filter(covers_of(caller), programme.terms.countries))
    if not countries:
        raise Forbidden("needs-a-manager-of-one-of", countries=programme.terms.countries)
    return countries
