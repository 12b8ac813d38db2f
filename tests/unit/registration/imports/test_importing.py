import io
from collections.abc import Callable

import pytest

from services.registration.app import service
from services.registration.imports.importing import MOST_FAULTS, PeopleImport, Progress, Report
from services.registration.people.participant import Participant, participant_id
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Absent, Refused
from shared.domain.pieces import CHUNK
from shared.language.registration import ParticipantChanged, ParticipantRegistered, ParticipantTrained, Withdrawal
from tests.support.memory import MemoryStore
from tests.unit.registration.samples import PROFILE, programme

HEADER = "employee_id,name,email,role,country,time_zone,languages,unit,grade,manager_employee_id,trained,interests"


def _row(employee: str, manager: str = "", *, country: str = "FR", trained: str = "", **cells: str) -> str:
    grade, interests = cells.get("grade", "3"), cells.get("interests", "")
    return (
        f"{employee},Name {employee},{employee}@x.example,mentor,{country},Europe/Paris,fr,Risk,{grade},"
        f"{manager},{trained},{interests}"
    )


def _pseudonym(employee_id: str) -> str:
    return f"person-{employee_id}"


async def _import(
    memory: MemoryStore, *rows: str, dry_run: bool = False, covers: Callable[[str], bool] = lambda _: True
) -> Report:
    job = PeopleImport(store=memory, programme_id="spring", pseudonym=_pseudonym, covers=covers, dry_run=dry_run)
    return await job.run(io.BytesIO("\n".join([HEADER, *rows]).encode()))


async def test_it_tells_how_far_it_is() -> None:
    memory, told = MemoryStore(programme()), list[Progress]()
    rows = [_row(f"e-{n}") for n in range(3 * CHUNK // 2)]
    job = PeopleImport(store=memory, programme_id="spring", pseudonym=_pseudonym, covers=lambda _: True, dry_run=True)
    await job.run(io.BytesIO("\n".join([HEADER, *rows]).encode()), told.append)

    assert [step.rows for step in told] == [CHUNK, len(rows)]
    assert 0.5 < told[0].part < told[1].part == 1


def _counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.rows, report.imported, report.changed, report.unchanged, report.refused


def _id(employee: str, of: str = "spring") -> str:
    return participant_id(of, _pseudonym(employee))


def _profile(memory: MemoryStore, employee: str, of: str = "spring") -> dict[str, object]:
    return dict(memory.documents(Participant)[_id(employee, of)]["profile"])


def _managers(memory: MemoryStore, employee: str, of: str = "spring") -> object:
    return _profile(memory, employee, of)["managers"]


async def test_good_rows_go_in_and_bad_ones_are_told() -> None:
    memory = MemoryStore(programme())
    report = await _import(memory, _row("a", trained="yes"), _row("b", grade="x"), _row("c"))
    assert _counts(report) == (3, 2, 0, 0, 1)
    assert [(fault.line, fault.column) for fault in report.errors] == [(3, "grade")]
    told = {person: [type(event) for event in memory.said if event.subject == _id(person)] for person in "abc"}
    assert told == {"a": [ParticipantRegistered, ParticipantTrained], "b": [], "c": [ParticipantRegistered]}


async def test_the_reporting_line_is_known_whatever_the_order_of_rows() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("a", "b"), _row("b", "c"), _row("c", "outside"))
    assert _managers(memory, "a") == ["person-b", "person-c", "person-outside"]
    assert not any(isinstance(event, ParticipantChanged) for event in memory.said)


async def test_more_rows_than_a_chunk_have_their_lines_too() -> None:
    memory = MemoryStore(programme())
    manager = {0: "e1200", 1200: "e600", 600: "e1"}
    report = await _import(memory, *(_row(f"e{n}", manager.get(n, "")) for n in range(1201)))
    assert report.imported == 1201
    assert _managers(memory, "e0") == ["person-e1200", "person-e600", "person-e1"]


async def test_importing_again_changes_nothing() -> None:
    memory = MemoryStore(programme())
    rows = [_row("a", "b", trained="yes"), _row("b", "x"), _row("x", "y", country="IT")]
    await _import(memory, *rows)
    before = {kind: memory.documents(kind) for kind in (Participant, Person)}
    said = list(memory.said)
    assert _counts(await _import(memory, *rows)) == (3, 0, 0, 2, 1)
    assert {kind: memory.documents(kind) for kind in (Participant, Person)} == before
    assert memory.said == said


async def test_a_dry_run_tells_the_same_and_touches_nothing() -> None:
    memory = MemoryStore(programme())
    rows = [_row("a", "b"), _row("b"), _row("c", country="IT")]
    tried = await _import(memory, *rows, dry_run=True)
    assert memory.said == []
    assert memory.documents(Participant) == memory.documents(Person) == {}
    assert (await _import(memory, *rows)).model_copy(update={"dry_run": True}) == tried


async def test_what_an_empty_cell_does_not_say_stays() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("a", "b", interests="chess"))
    report = await _import(memory, _row("a", grade="4"))
    assert _counts(report) == (1, 0, 1, 0, 0)
    profile = _profile(memory, "a")
    assert (profile["grade"], profile["interests"], profile["managers"]) == (4, ["chess"], ["person-b"])


async def test_a_new_manager_changes_the_line_of_everybody_below_in_every_programme() -> None:
    other = Programme(id="autumn", terms=programme().terms, state=Stage.CLOSED)
    below = Participant.registered("autumn", "person-c", PROFILE.model_copy(update={"managers": ("person-b",)}))
    memory = MemoryStore(
        programme(), other, below, Person(id="person-c", name="C", email="c@x.example", manager_id="person-b")
    )
    await _import(memory, _row("b", "a"))
    assert _managers(memory, "c", "autumn") == ["person-b", "person-a"]
    [changed] = [event for event in memory.said if isinstance(event, ParticipantChanged)]
    assert changed.programme_id == "autumn"


async def test_only_countries_of_the_programme_and_of_the_manager_go_in() -> None:
    memory = MemoryStore(programme())
    report = await _import(memory, _row("a"), _row("b", country="GB"), _row("c", country="IT"), covers="FR".__eq__)
    assert _counts(report) == (3, 1, 0, 0, 2)
    assert [(fault.line, fault.column, fault.value) for fault in report.errors] == [
        (3, "country", "GB"),
        (4, "country", "IT"),
    ]


async def test_a_manager_cannot_take_over_somebody_of_another_country() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("a", country="GB"))
    report = await _import(memory, _row("a", country="FR"), covers="FR".__eq__)
    assert "whose people you do not manage" in service.spoken.explain(report.errors[0].reason)
    assert _profile(memory, "a")["country"] == "GB"


async def test_once_registration_is_closed_the_known_are_updated_and_nobody_new_is_stored() -> None:
    known = Participant.registered("spring", "person-a", PROFILE)
    memory = MemoryStore(programme(Stage.CLOSED), known)
    report = await _import(memory, _row("a", grade="5"), _row("b"))
    assert _counts(report) == (2, 0, 1, 0, 1)
    assert set(memory.documents(Person)) == {"person-a"}


async def test_whoever_withdrew_stays_out() -> None:
    gone = Participant.registered("spring", "person-a", PROFILE).withdrawn(Withdrawal.OWN_WISH)
    memory = MemoryStore(programme(), gone)
    report = await _import(memory, _row("a"))
    assert (report.errors[0].line, report.errors[0].column) == (2, "employee_id")
    assert memory.said == []


@pytest.mark.parametrize("state", [Stage.DRAFT, Stage.ENDED])
async def test_a_programme_that_does_not_run_takes_no_file(state: Stage) -> None:
    with pytest.raises(Refused):
        await _import(MemoryStore(programme(state)), _row("a"))


async def test_an_unknown_programme_takes_no_file() -> None:
    with pytest.raises(Absent):
        await _import(MemoryStore(), _row("a"))


async def test_a_report_lists_the_first_faults_and_counts_the_others() -> None:
    report = await _import(MemoryStore(programme()), *(_row(f"e{n}", grade="x") for n in range(MOST_FAULTS + 7)))
    assert (report.refused, len(report.errors), report.errors_left_out) == (MOST_FAULTS + 7, MOST_FAULTS, 7)
