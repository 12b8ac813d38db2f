"""Names of time zones: which are understood, which are taken, and what they are called today."""

import pickle
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.registration.people.application import Application
from services.sessions.people.participant import Participant
from shared.language.profile import Profile
from shared.language.registration import ParticipantRegistered
from shared.language.values.accepted import ACCEPTED
from shared.language.values.zones import TimeZone, canonical, inhabited, names, zone_of
from shared.store.documents import from_document
from tests.unit.registration.samples import PROFILE

ZONE: TypeAdapter[str] = TypeAdapter(TimeZone)


def heard(name: str) -> str:
    return ZONE.validate_python(name, context=ACCEPTED)


FORMER = [
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Europe/Belfast", "Europe/London"),
    ("Africa/Asmera", "Africa/Asmara"),  # IANA's link goes to Nairobi, which has the same clocks
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Godthab", "America/Nuuk"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Pacific/Truk", "Pacific/Chuuk"),
    ("US/Eastern", "America/New_York"),
    ("EST5EDT", "America/New_York"),
    ("GB", "Europe/London"),
    ("Etc/UTC", "UTC"),
    ("Zulu", "UTC"),
    ("europe/paris", "Europe/Paris"),
    ("ASIA/CALCUTTA", "Asia/Kolkata"),
    ("utc", "UTC"),
]
STAYS = ["Europe/Paris", "Europe/Amsterdam", "Europe/Oslo", "Europe/Kyiv", "Asia/Kolkata", "Pacific/Chatham", "UTC"]
"""Amsterdam and Oslo are links, too: to Brussels and Berlin."""
NOT_LIVED_IN = ["localtime", "Localtime", "Factory", "posixrules", "right/Europe/Paris", "posix/Europe/Paris"]
OFFSETS = ["GMT", "Etc/GMT", "Etc/GMT+5", "Etc/GMT-14"]
NO_NAMES = [
    "",
    "Mars/Olympus",
    "tzdata.zi",
    "zone.tab",
    "zone1970.tab",
    "leapseconds",
    "Europe",
    "Europe/",
    "Europe/../Europe/Paris",
    "../../../etc/localtime",
    "/usr/share/zoneinfo/Europe/Paris",
    "/etc/localtime",
    "Europe/Paris\0",
    "Europe/Par\ud800is",
    "Aſia/Tokyo",  # a long s, which is an s without its case
    "Europe/Paris\u202e",
    "Europe\\Paris",
    "right/right/Europe/Paris" * 9,
]


@pytest.mark.parametrize(("former", "today"), [*FORMER, *((name, name) for name in STAYS)])
def test_a_zone_has_one_name_whatever_it_was_called(former: str, today: str) -> None:
    assert ZONE.validate_python(former) == heard(former) == today


@pytest.mark.parametrize("name", [*NOT_LIVED_IN, *OFFSETS, *NO_NAMES])
def test_what_is_no_place_is_refused_and_told_in_a_line(name: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ZONE.validate_python(name)
    (fault,) = caught.value.errors()
    assert fault["type"] == "no-time-zone"
    assert fault["ctx"]["name"].isprintable()
    assert len(fault["ctx"]["name"].encode()) <= 64


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_never_was_a_name_is_not_understood_either(name: str) -> None:
    with pytest.raises(ValidationError):
        heard(name)


@given(st.text())
def test_any_text_is_a_name_or_a_fault(text: str) -> None:
    try:
        assert ZONE.validate_python(text) in names()
    except ValidationError as error:
        assert [fault["type"] for fault in error.errors()] == ["no-time-zone"]


def test_every_name_of_the_package_is_understood_and_shows_the_same_clocks() -> None:
    days = [datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(0, 40 * 365, 5)]
    for name in set(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"}:
        today = canonical(name)
        assert canonical(today) == today
        assert today in names() or today.startswith("Etc/GMT")
        if today != name:
            assert [day.astimezone(zone_of(name)).utcoffset() for day in days] == [
                day.astimezone(zone_of(today)).utcoffset() for day in days
            ]


def test_every_zone_of_a_country_is_called_what_iana_calls_it() -> None:
    assert {inhabited(name) for name in names()} == names()
    assert len(names()) > 400


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("localtime", "UTC"),
        ("Factory", "UTC"),
        ("posixrules", "America/New_York"),
        ("right/Europe/Paris", "Europe/Paris"),
        ("posix/US/Eastern", "America/New_York"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("europe/paris", "Europe/Paris"),
    ],
)
def test_what_earlier_versions_took_is_read_in_events_and_documents_and_no_longer_taken(stored: str, read: str) -> None:
    profile = PROFILE.model_dump(mode="json") | {"time_zone": stored}
    said = {"programme_id": "spring", "participant_id": "spring:a", "person_id": "a", "profile": profile}
    assert ParticipantRegistered.model_validate(said, context=ACCEPTED).profile.time_zone == read
    document = _document() | {"time_zone": stored}
    assert from_document(Participant, document).calendar.time_zone == read
    assert zone_of(read)
    if read not in names():
        with pytest.raises(ValidationError) as caught:
            Application.model_validate({"name": "Somebody", "email": "somebody@x.example", "profile": profile})
        assert [fault["loc"] for fault in caught.value.errors()] == [("profile", "time_zone")]


def _document() -> dict[str, Any]:
    return {
        "_id": "spring:a",
        "programme_id": "spring",
        "person_id": "a",
        "role": "mentor",
        "country": "IN",
        "working_hours": {},
    }


def test_two_names_of_one_zone_make_no_difference() -> None:
    profiles = [Profile.model_validate({**PROFILE.model_dump(), "time_zone": f"Asia/{city}"}) for city in CITIES]
    assert profiles[0] == profiles[1]


CITIES = ("Calcutta", "Kolkata")


def test_a_moment_in_a_zone_goes_from_one_process_to_another() -> None:
    moment = datetime(2026, 7, 1, 9, tzinfo=zone_of("Europe/Paris"))
    there = pickle.loads(pickle.dumps(moment))
    assert there == moment
    assert there.tzinfo is moment.tzinfo
