"""What could not be planned is stored as a code and facts; documents from before hold a sentence, and stay readable."""

from datetime import date

import pytest

from services.sessions.app import service
from services.sessions.series.series import Series
from shared.language.reasons import Reason
from shared.store.documents import Document, from_document, to_document

DAY = date(2027, 3, 2)
SHORTFALLS = {
    "No session: the programme ends on 2027-03-02, before the two could meet.": Reason(
        "programme-ends-first", ends_on=DAY
    ),
    "No session: the working hours of the two never have 30 minutes in common before 2027-03-02.": Reason(
        "never-in-common", minutes=30, last_day=DAY
    ),
    "No session: the two have no 45 minutes free in common before 2027-03-02.": Reason(
        "nothing-free-in-common", minutes=45, last_day=DAY
    ),
    "4 of 6 sessions: there is no further common free slot before 2027-03-02.": Reason(
        "too-few-sessions", made=4, count=6, last_day=DAY
    ),
    "All 6 sessions, but the two have no common free slot within the first 10 days.": Reason(
        "late-first-session", count=6, within=10
    ),
    "One of the two is no longer there.": Reason("somebody-gone"),
}
every_shortfall = pytest.mark.parametrize(("sentence", "reason"), SHORTFALLS.items())


def document(shortfall: str) -> Document:
    """A series as it has always been stored."""
    return {
        "_id": "pair",
        "programme_id": "programme",
        "mentor_id": "mentor",
        "mentee_id": "mentee",
        "session_ids": [],
        "shortfall": shortfall,
        "ended": False,
    }


@every_shortfall
def test_a_sentence_from_before_is_read_as_its_code_and_facts(sentence: str, reason: Reason) -> None:
    series = from_document(Series, document(sentence))
    assert series.shortfall == reason
    assert to_document(series) == document(str(reason))


@every_shortfall
def test_people_read_the_sentence_of_before_with_a_day_as_they_write_it(sentence: str, reason: Reason) -> None:
    assert service.spoken.explain(reason) == sentence.replace("2027-03-02", "2 March 2027")


@every_shortfall
def test_no_sentence_is_stored(sentence: str, reason: Reason) -> None:
    stored = document(str(reason))
    assert stored["shortfall"].startswith(f"{reason.code} ") or stored["shortfall"] == reason.code
    assert from_document(Series, stored).shortfall == reason


def test_nothing_is_missing_where_nothing_is_said() -> None:
    series = from_document(Series, document(""))
    assert series.shortfall is None
    assert to_document(series) == document("")


def test_a_sentence_nobody_knows_any_more_is_not_kept() -> None:
    assert from_document(Series, document("Somehow it did not work.")).shortfall == Reason("not-all-planned")
