"""What earlier versions took in stays readable, in topics and databases; nobody can send it again."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.feedback.pulse.pulse import Pulse
from services.registration.people.participant import Participant
from services.registration.programmes.programme import Programme
from shared.language.envelope import Envelope, Record, Undecodable, open_event
from shared.language.everybody import ReplayRequested
from shared.language.feedback import ProgrammeCounted
from shared.language.registration import ParticipantRegistered, ProgrammeOpened
from shared.language.streams import Event
from shared.language.terms import Terms
from shared.store.documents import from_document

TERMS: dict[str, Any] = {
    "title": "Reverse\r\nmentoring \x1b[31m",
    "countries": ["FR"],
    "languages": ["fr"],
    "topics": ["the-web"],
    "starts_on": "9998-01-01",
    "ends_on": "9999-12-31",
    "objectives": [{"id": "o", "title": "More\n", "baseline": 1, "target": 2}],
}
PROFILE: dict[str, Any] = {
    "role": "mentor",
    "country": "FR",
    "time_zone": "Europe/Paris",
    "languages": ["fr"],
    "unit": " \n",
    "city": "Paris\u202e",
    "grade": 3,
    "interests": ["old\tmaps"],
}


def heard(kind: type[Event], body: str) -> Event | None:
    """As it stands in its topic."""
    subject = str(json.loads(body)[kind.subject_field])
    envelope = Envelope("id", kind.type, kind.stream, subject, 1, datetime.now(UTC), None, f"{kind.stream}/{subject}")
    return open_event(Record(kind.stream, 0, 0, 0, None, body.encode(), []), envelope)


def test_an_old_event_is_mended_as_it_is_heard() -> None:
    opened = heard(ProgrammeOpened, json.dumps({"programme_id": "p", "terms": TERMS}))
    assert isinstance(opened, ProgrammeOpened)
    assert (opened.terms.title, opened.terms.objectives[0].title) == ("Reverse mentoring �[31m", "More")
    assert (opened.terms.starts_on, opened.terms.ends_on) == (date(2199, 12, 31), date(2199, 12, 31))
    said = {"programme_id": "p", "participant_id": "x", "person_id": "y", "profile": PROFILE}
    registered = heard(ParticipantRegistered, json.dumps(said))
    assert isinstance(registered, ParticipantRegistered)
    profile = registered.profile
    assert (profile.unit, profile.city, profile.interests) == ("�", "Paris�", ("old maps",))


def test_an_old_request_for_a_replay_is_no_trouble_for_ever() -> None:
    wanted = {"request_id": "r", "wanted": ProgrammeOpened.stream, "since": "0001-01-01T00:00:00+14:00"}
    replay = heard(ReplayRequested, json.dumps(wanted))
    assert isinstance(replay, ReplayRequested)
    assert replay.since == datetime(2000, 1, 1, tzinfo=UTC)


def test_an_old_document_is_mended_as_it_is_read() -> None:
    terms = {**TERMS, "objectives": [{**TERMS["objectives"][0], "baseline": float("inf"), "target": float("nan")}]}
    programme = from_document(Programme, {"_id": "p", "terms": terms, "state": "draft"})
    assert programme.terms.title == "Reverse mentoring �[31m"
    assert [(each.baseline, each.target) for each in programme.terms.objectives] == [(0, 0)]
    known = {"_id": "x", "programme_id": "p", "person_id": "y", "profile": PROFILE, "state": "applied"}
    assert from_document(Participant, known).profile.unit == "�"
    pulse = {"programme_id": "p", "pair_id": "q", "session_id": "s", "participant_id": "x", "role": "mentor"}
    answer = {"feeling": 5, "useful": 5, "comment": "fine\x00\n\x1b[0mthanks"}
    assert from_document(Pulse, {"_id": "s.mentor", **pulse, "answer": answer}).answer.comment == "fine�\n�[0mthanks"


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "two\nlines"), ("title", " "), ("starts_on", "0001-01-01"), ("ends_on", "9999-12-31"), ("ends_on", 0)],
)
def test_nobody_can_send_it_again(field: str, value: object) -> None:
    fine = {"title": "Fine", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "objectives": []}
    Terms.model_validate(TERMS | fine)
    with pytest.raises(ValidationError) as refused:
        Terms.model_validate(TERMS | fine | {field: value})
    assert [each["loc"] for each in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize("mean", ["1e999", "NaN", "-Infinity"])
def test_no_event_says_a_number_that_is_not_finite(mean: str) -> None:
    whole: dict[str, object] = {"count_id": "fr.p", "region": "fr", "programme_id": "p", "pairs": {}, "sessions": {}}
    whole |= {"at_risk": 0, "recovered": 0, "answered": 9}
    body = json.dumps(whole)[:-1] + f', "feeling": {mean}}}'
    with pytest.raises(Undecodable):
        heard(ProgrammeCounted, body)
    with pytest.raises(ValidationError):
        ProgrammeCounted.model_validate(whole | {"feeling": float(mean.replace("1e999", "inf"))})


def models(kind: type[BaseModel]) -> list[type[BaseModel]]:
    """All that were made of it."""
    return [found for inner in kind.__subclasses__() for found in (inner, *models(inner))]


def test_every_event_is_finite() -> None:
    assert [event for event in models(Event) if event.model_config.get("allow_inf_nan") is not False] == []
