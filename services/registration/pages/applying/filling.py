"""The form as it is shown first: with what is known, and what can be guessed."""

from fastapi import Request

from services.registration.pages.applying.guessing import Known, guess_country, guess_role, guess_zone
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Store
from shared.language.profile import Profile, WorkingHours
from shared.web.access import Caller
from shared.web.forms.reading import Typed
from shared.web.wording import reader


async def filled_in(request: Request, store: Store, programme: Programme, known: Known, caller: Caller) -> Typed:
    """Field → value, as a browser would send it."""
    hr, profile = known.hr, known.profile
    country = hr.country if hr else profile.country if profile else ""
    country = country or guess_country(programme, request.headers.get("accept-language", ""))
    role = profile.role if profile else await guess_role(store, programme, hr.grade if hr else None)
    if profile:
        return {**_who(known, caller), **_said(profile, programme), "country": country, "role": role or ""}
    return {
        **_who(known, caller),
        **await usual(store, programme, country),
        "role": role or "",
        "languages": [each for each in programme.terms.languages if each == reader(request)],
    }


async def usual(store: Store, programme: Programme, country: str) -> Typed:
    """What most people there would say, where somebody has not said anything yet."""
    return {
        **_hours(WorkingHours()),
        "country": country,
        "time_zone": await guess_zone(store, programme, country),
        "capacity": "1",
        "cross_border": "true",
    }


def as_known(person: Person | None, profile: Profile, programme: Programme) -> Typed:
    """All that somebody was ever asked, as it is known of them."""
    return {
        "name": person.name if person else "",
        "email": person.email if person else "",
        "country": profile.country,
        "unit": profile.unit,
        "grade": str(profile.grade),
        "role": profile.role,
        **_said(profile, programme),
    }


def _who(known: Known, caller: Caller) -> Typed:
    profile, person = known.profile, known.person
    return {
        "name": person.name if person else caller.session.name if caller.session else "",
        "email": person.email if person else "",
        "unit": profile.unit if profile else "",
        "grade": str(profile.grade) if profile else "",
    }


def _said(profile: Profile, programme: Programme) -> Typed:
    topics = programme.terms.topics
    offers = [each for each in profile.offers if each.topic in topics]
    wants = [each for each in profile.wants if each.topic in topics]
    return {
        **_hours(profile.working_hours),
        "offers": [each.topic for each in offers],
        "offer_levels": [f"{each.topic}:{each.level}" for each in offers],
        "wants": [each.topic for each in wants],
        "want_levels": [f"{each.topic}:{each.level}" for each in wants],
        "first": next((each.topic for each in wants if each.priority > 2), ""),
        "languages": list(profile.languages),
        "time_zone": profile.time_zone,
        "city": profile.city,
        "interests": ", ".join(profile.interests),
        "capacity": str(profile.capacity),
        "cross_border": "true" if profile.cross_border else "",
    }


def _hours(hours: WorkingHours) -> Typed:
    return {"start": hours.start, "end": hours.end, "days": [str(day) for day in hours.days]}
