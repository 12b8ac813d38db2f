from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.app import service
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Refused
from shared.language.registration import ProgrammeChanged, ProgrammeClosed, ProgrammeOpened, RegistrationClosed
from tests.support.sentences import refusing
from tests.unit.registration.samples import NOW, TERMS, programme

STEPS = {
    "open": lambda known: known.opened(NOW),
    "close registration": lambda known: known.closed(),
    "end": lambda known: known.ended(),
}
AFTER = {
    ("open", Stage.DRAFT): Stage.OPEN,
    ("open", Stage.OPEN): Stage.OPEN,
    ("close registration", Stage.OPEN): Stage.CLOSED,
    ("close registration", Stage.CLOSED): Stage.CLOSED,
    ("end", Stage.OPEN): Stage.ENDED,
    ("end", Stage.CLOSED): Stage.ENDED,
    ("end", Stage.ENDED): Stage.ENDED,
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_any_sequence_of_steps_follows_the_table_and_tells_each_change_once(steps: list[str]) -> None:
    known = programme(Stage.DRAFT)
    for step in steps:
        expected = AFTER.get((step, known.state))
        if expected is None:
            with pytest.raises(Refused):
                STEPS[step](known)
        else:
            known = STEPS[step](known)
            assert known.state is expected
    kinds = [type(event) for event in known.raised]
    assert len(set(kinds)) == len(kinds)
    order = [ProgrammeOpened, RegistrationClosed, ProgrammeClosed]
    assert kinds == [kind for kind in order if kind in kinds]


def test_opening_tells_the_terms() -> None:
    assert programme(Stage.DRAFT).opened(NOW).raised == (ProgrammeOpened(programme_id="spring", terms=TERMS),)


def test_a_programme_whose_last_day_has_passed_does_not_open() -> None:
    with refusing(service.spoken, "change its dates first"):
        programme(Stage.DRAFT, ends_on=NOW.date()).opened(NOW)


def test_terms_of_a_draft_change_freely_and_silently() -> None:
    changed = programme(Stage.DRAFT).with_terms(TERMS.model_copy(update={"countries": ("IT",)}), NOW)
    assert changed.terms.countries == ("IT",)
    assert changed.raised == ()


@pytest.mark.parametrize("state", [Stage.OPEN, Stage.CLOSED])
def test_other_terms_of_a_running_programme_are_told(state: Stage) -> None:
    terms = TERMS.model_copy(update={"countries": ("FR", "GB", "IT")})
    assert programme(state).with_terms(terms, NOW).raised == (ProgrammeChanged(programme_id="spring", terms=terms),)


@pytest.mark.parametrize("state", list(Stage))
def test_the_same_terms_change_nothing(state: Stage) -> None:
    known = programme(state)
    assert known.with_terms(TERMS.model_copy(), NOW) is known


def _refused(known: Programme, because: str, days: int = 0, **changes: object) -> None:
    with refusing(service.spoken, because):
        known.with_terms(known.terms.model_copy(update=changes), NOW + timedelta(days=days))


def test_promises_are_kept() -> None:
    _refused(programme(), "these countries already: United Kingdom. Countries can be added", countries=("FR",))
    _refused(programme(), "first day no longer changes", days=40, starts_on=date(2026, 5, 1))
    _refused(programme(), "end the programme instead", days=90, ends_on=date(2026, 5, 1))
    _refused(programme(Stage.ENDED), "has ended", title="Another title")


NOT_OPEN = "Only an open programme can close its registration; the state of this one is"


@pytest.mark.parametrize(
    ("step", "state", "said"),
    [
        ("open", Stage.CLOSED, "The programme is closed and does not open again; make a new one."),
        ("open", Stage.ENDED, "The programme is ended and does not open again; make a new one."),
        (
            "close registration",
            Stage.DRAFT,
            "Only an open programme can close its registration; the state of this one is “draft”.",
        ),
        (
            "close registration",
            Stage.ENDED,
            "Only an open programme can close its registration; the state of this one is “ended”.",
        ),
        ("end", Stage.DRAFT, "The programme never opened, so there is nothing to end."),
    ],
)
def test_a_step_that_is_refused_says_where_the_programme_stands(step: str, state: Stage, said: str) -> None:
    with refusing(service.spoken, f"^{said}$"):
        STEPS[step](programme(state))


def test_the_first_day_moves_until_it_has_come() -> None:
    moved = programme().with_terms(TERMS.model_copy(update={"starts_on": date(2026, 5, 1)}), NOW)
    assert moved.terms.starts_on == date(2026, 5, 1)


def test_only_an_open_programme_takes_applications() -> None:
    programme().must_take_applications()
    for state in (Stage.DRAFT, Stage.CLOSED, Stage.ENDED):
        with pytest.raises(Refused):
            programme(state).must_take_applications()


def test_only_a_programme_between_its_opening_and_its_end_runs() -> None:
    for state in (Stage.OPEN, Stage.CLOSED):
        programme(state).must_run()
    for state in (Stage.DRAFT, Stage.ENDED):
        with pytest.raises(Refused):
            programme(state).must_run()
