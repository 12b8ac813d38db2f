import asyncio
import io
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.app import service
from services.registration.imports import importing
from services.registration.imports.importing import MOST_FAULTS, PeopleImport, Progress, Report
from services.registration.people.enrolment import enrol
from services.registration.people.erasure import Erasure
from services.registration.people.link import Link
from services.registration.people.participant import Participant, participant_id
from services.registration.people.person import Person
from services.registration.people.reporting import managers_of
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Absent, Refused
from shared.domain.people import People, person_id
from shared.domain.pieces import CHUNK
from shared.language.profile import WorkingHours
from shared.language.registration import ParticipantChanged, ParticipantRegistered, ParticipantTrained, Withdrawal
from tests.support.memory import MemoryStore
from tests.support.sentences import refusing
from tests.unit.registration.samples import NOW, PROFILE, programme

KEY = "a key for tests"
HEADER = "employee_id,name,email,role,country,time_zone,languages,unit,grade,manager_employee_id,trained,interests"


def _row(employee: str, manager: str = "", *, country: str = "FR", trained: str = "", **cells: str) -> str:
    grade, interests = cells.get("grade", "3"), cells.get("interests", "")
    return (
        f"{employee},Name {employee},{employee}@x.example,mentor,{country},Europe/Paris,fr,Risk,{grade},"
        f"{manager},{trained},{interests}"
    )


def _people(memory: MemoryStore) -> People:
    return People.among([Participant], memory, KEY)


def _pseudonym(employee_id: str) -> str:
    return person_id(employee_id, KEY)


async def _import(
    memory: MemoryStore,
    *rows: str,
    of: str = "spring",
    dry_run: bool = False,
    covers: Callable[[str], bool] = lambda _: True,
) -> Report:
    job = PeopleImport(store=memory, programme_id=of, people=_people(memory), covers=covers, dry_run=dry_run)
    return await job.run(io.BytesIO("\n".join([HEADER, *rows]).encode()))


async def test_it_tells_how_far_it_is() -> None:
    memory, told = MemoryStore(programme()), list[Progress]()
    rows = [_row(f"e-{n}") for n in range(3 * CHUNK // 2)]
    job = PeopleImport(store=memory, programme_id="spring", people=_people(memory), covers=lambda _: True, dry_run=True)
    await job.run(io.BytesIO("\n".join([HEADER, *rows]).encode()), told.append)

    assert [step.rows for step in told] == [CHUNK, len(rows)]
    assert 0.5 < told[0].part < told[1].part == 1


async def test_others_have_their_turn_between_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, turns, rows_of = MemoryStore(programme()), itertools.count(), Counter[int]()
    now = next(turns)

    async def others() -> None:
        nonlocal now
        while True:
            now = next(turns)
            await asyncio.sleep(0)

    async def counted(*said: Any) -> Any:
        rows_of[now] += 1
        return await enrol(*said)

    monkeypatch.setattr(importing, "enrol", counted)
    going = asyncio.create_task(others())
    assert (await _import(memory, *(_row(f"e-{n}") for n in range(CHUNK)))).imported == CHUNK
    going.cancel()
    assert rows_of.total() == CHUNK and max(rows_of.values()) <= importing.TOGETHER


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
    assert _managers(memory, "a") == [_pseudonym("b"), _pseudonym("c"), _pseudonym("outside")]
    assert not any(isinstance(event, ParticipantChanged) for event in memory.said)


async def test_more_rows_than_a_chunk_have_their_lines_too() -> None:
    memory = MemoryStore(programme())
    manager = {0: "e1200", 1200: "e600", 600: "e1"}
    report = await _import(memory, *(_row(f"e{n}", manager.get(n, "")) for n in range(1201)))
    assert report.imported == 1201
    assert _managers(memory, "e0") == [_pseudonym("e1200"), _pseudonym("e600"), _pseudonym("e1")]


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
    assert (profile["grade"], profile["interests"], profile["managers"]) == (4, ["chess"], [_pseudonym("b")])


async def test_a_new_manager_changes_the_line_of_everybody_below_in_every_programme() -> None:
    other = Programme(id="autumn", terms=programme().terms, state=Stage.CLOSED)
    below = Participant.registered(
        "autumn", _pseudonym("c"), PROFILE.model_copy(update={"managers": (_pseudonym("b"),)})
    )
    memory = MemoryStore(
        programme(), other, below, Person(id=_pseudonym("c"), name="C", email="c@x.example", manager_id=_pseudonym("b"))
    )
    await _import(memory, _row("b", "a"))
    assert _managers(memory, "c", "autumn") == [_pseudonym("b"), _pseudonym("a")]
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
    known = Participant.registered("spring", _pseudonym("a"), PROFILE)
    memory = MemoryStore(programme(Stage.CLOSED), known)
    report = await _import(memory, _row("a", grade="5"), _row("b"))
    assert _counts(report) == (2, 0, 1, 0, 1)
    assert set(memory.documents(Person)) == {_pseudonym("a")}


async def test_whoever_withdrew_stays_out() -> None:
    gone = Participant.registered("spring", _pseudonym("a"), PROFILE).withdrawn(Withdrawal.OWN_WISH)
    memory = MemoryStore(programme(), gone)
    report = await _import(memory, _row("a"))
    assert (report.errors[0].line, report.errors[0].column) == (2, "employee_id")
    assert memory.said == []


@pytest.mark.parametrize("state", [Stage.DRAFT, Stage.ENDED])
async def test_a_programme_that_does_not_run_takes_no_file(state: Stage) -> None:
    with pytest.raises(Refused):
        await _import(MemoryStore(programme(state)), _row("a"))


async def test_of_a_file_that_is_too_long_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registration.imports.csv_records.LONGEST_FILE", 3)
    memory = MemoryStore(programme())
    assert (await _import(memory, _row("a"), _row("b"))).imported == 2
    for rows in ([_row("c"), _row("d"), _row("e")], ["", "", _row("c")]):
        with refusing(service.spoken, "more than 3 lines; split it"):
            await _import(memory, *rows)
    assert len(memory.documents(Participant)) == 2


@pytest.mark.parametrize("rows", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
async def test_a_file_may_end_where_a_piece_does(rows: int) -> None:
    memory = MemoryStore(programme())
    report = await _import(memory, *(_row(f"e{number}") for number in range(rows)))
    assert (report.imported, len(memory.documents(Participant))) == (rows, rows)


async def test_an_unknown_programme_takes_no_file() -> None:
    with pytest.raises(Absent):
        await _import(MemoryStore(), _row("a"))


async def test_a_report_lists_the_first_faults_and_counts_the_others() -> None:
    report = await _import(MemoryStore(programme()), *(_row(f"e{n}", grade="x") for n in range(MOST_FAULTS + 7)))
    assert (report.refused, len(report.errors), report.errors_left_out) == (MOST_FAULTS + 7, MOST_FAULTS, 7)


async def test_a_refused_row_still_tells_who_is_above_whom() -> None:
    """A junior under a director under a VP: the director is refused, for a cell, a country or what they are."""
    for director in (_row("d", "v", grade="x"), _row("d", "v", country="IT"), _row("d", "v", country="nowhere")):
        memory = MemoryStore(programme())
        await _import(memory, director, _row("j", "d"))
        assert _managers(memory, "j") == [_pseudonym("d"), _pseudonym("v")]
        await _import(memory, _row("j"))
        assert _managers(memory, "j") == [_pseudonym("d"), _pseudonym("v")]
        await _import(memory, _row("j", "d"))
        assert _managers(memory, "j") == [_pseudonym("d"), _pseudonym("v")]


async def test_what_another_file_tells_of_those_above_lengthens_the_line_and_is_said() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("j", "d"))
    await _import(memory, _row("d", "v", country="IT"))
    assert _managers(memory, "j") == [_pseudonym("d"), _pseudonym("v")]
    [changed] = [event for event in memory.said if isinstance(event, ParticipantChanged)]
    assert changed.profile.managers == (_pseudonym("d"), _pseudonym("v"))
    assert set(memory.documents(Person)) == {_pseudonym("j")}, "of the others nothing but the link"


async def test_whoever_comes_in_later_brings_the_link_along() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("d", "v", grade="x"))
    await _import(memory, _row("d"))
    assert _managers(memory, "d") == [_pseudonym("v")]
    assert memory.documents(Link) == {}


async def test_a_row_whose_cells_nobody_can_tell_apart_says_nothing() -> None:
    memory = MemoryStore(programme())
    await _import(memory, f"{_row('d', 'v')},more", _row("j", "d"))
    assert _managers(memory, "j") == [_pseudonym("d")]


@pytest.mark.parametrize("rows", [("broken", "good"), ("good", "broken")])
async def test_of_two_rows_of_one_employee_the_good_one_wins(rows: tuple[str, str]) -> None:
    lines = {"broken": _row("a", "wrong", grade="x"), "good": _row("a", "right")}
    memory = MemoryStore(programme())
    report = await _import(memory, *(lines[row] for row in rows))
    assert _managers(memory, "a") == [_pseudonym("right")]
    assert _counts(report) == (2, 1, 0, 0, 1)


async def test_of_two_broken_rows_of_one_employee_the_last_is_believed() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("d", "v", grade="x"), _row("d", "w", grade="x"), _row("j", "d"))
    assert _managers(memory, "j") == [_pseudonym("d"), _pseudonym("w")]


@pytest.mark.parametrize("dash", ["-", " – ", "—"])
async def test_a_dash_takes_back_what_may_be_left_out(dash: str) -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("a", "b", interests="chess"), _row("c", "a"))
    report = await _import(memory, _row("a", dash, interests=dash))
    assert _counts(report) == (1, 0, 1, 0, 0)
    assert (_managers(memory, "a"), _profile(memory, "a")["interests"]) == ([], [])
    assert _managers(memory, "c") == [_pseudonym("a")], "whoever is below is told"


async def test_whoever_reports_to_oneself_reports_to_nobody() -> None:
    memory = MemoryStore(programme())
    await _import(memory, _row("a", "b"))
    await _import(memory, _row("a", "a"))
    assert _managers(memory, "a") == []


async def test_one_edge_of_the_working_day_alone_leaves_the_rest() -> None:
    days = WorkingHours(start="08:00", end="20:00", days=(0, 1))
    known = Participant.registered("spring", _pseudonym("a"), PROFILE.model_copy(update={"working_hours": days}))
    memory = MemoryStore(programme(), known)

    def file(start: str) -> io.BytesIO:
        return io.BytesIO(f"{HEADER},working_start\n{_row('a')},{start}\n".encode())

    job = PeopleImport(
        store=memory, programme_id="spring", people=_people(memory), covers=lambda _: True, dry_run=False
    )
    await job.run(file("19:00"))
    assert _profile(memory, "a")["working_hours"] == {"start": "19:00", "end": "20:00", "days": [0, 1]}
    report = await job.run(file("21:00"))
    assert [(fault.column, fault.reason.code) for fault in report.errors] == [("working_end", "would-work-backwards")]


async def test_hr_of_one_country_is_told_what_it_does_not_change() -> None:
    other = Programme(id="berlin", terms=programme().terms.model_copy(update={"countries": ("DE",)}), state=Stage.OPEN)
    german = Participant.registered("berlin", _pseudonym("a"), PROFILE.model_copy(update={"country": "DE"}))
    person = Person(id=_pseudonym("a"), name="Right", email="a@x.example", manager_id=_pseudonym("b"))
    memory = MemoryStore(programme(), other, german, person)
    report = await _import(memory, _row("a", "c"), _row("d"), covers="FR".__eq__)
    assert _counts(report) == (2, 2, 0, 0, 0)
    assert [(note.line, note.column, note.value) for note in report.notes] == [
        (2, "name", "Name a"),
        (2, "manager_employee_id", "c"),
    ]
    assert memory.documents(Person)[_pseudonym("a")]["name"] == "Right"
    assert _managers(memory, "a") == [_pseudonym("b")]
    tried = await _import(memory, _row("a", "c"), _row("d"), covers="FR".__eq__, dry_run=True)
    assert tried.notes == report.notes


async def test_a_report_lists_the_first_notes_and_counts_the_others() -> None:
    people = [f"e{n}" for n in range(MOST_FAULTS + 7)]
    german = PROFILE.model_copy(update={"country": "DE"})
    memory = MemoryStore(
        programme(),
        *(Participant.registered("berlin", _pseudonym(each), german) for each in people),
        *(Person(id=_pseudonym(each), name="Right", email=f"{each}@x.example") for each in people),
    )
    report = await _import(memory, *map(_row, people), covers="FR".__eq__)
    assert (report.imported, len(report.notes), report.notes_left_out) == (MOST_FAULTS + 7, MOST_FAULTS, 7)


async def test_nothing_is_kept_of_whoever_was_erased_and_the_line_goes_on_above_them() -> None:
    memory = MemoryStore(programme(), Erasure.of(_pseudonym("d"), NOW))
    report = await _import(memory, _row("j", "d"), _row("d", "v"), _row("v"))
    assert (report.imported, report.refused) == (2, 1)
    assert _managers(memory, "j") == [_pseudonym("v")]
    assert memory.documents(Link) == {}
    await _import(memory, _row("j", "d"))
    assert _managers(memory, "j") == [_pseudonym("v")], "who is above the erased is not told, and not forgotten"


async def test_a_link_that_changes_while_a_file_is_imported_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file says who is above the director when lines have been worked out, but not stored yet."""
    memory = MemoryStore(programme())
    await _import(memory, _row("d"))
    original, between = memory._run_once, [_import(memory, _row("d", "v"))]

    async def run_once(work: Callable[[Any], Awaitable[Any]]) -> Any:
        unit = memory.unit()
        result = await work(unit)
        while between:
            await between.pop()
        await unit.commit()
        return result

    monkeypatch.setattr(memory, "_run_once", run_once)
    await _import(memory, _row("j", "d"))
    monkeypatch.setattr(memory, "_run_once", original)
    assert _managers(memory, "j") == [_pseudonym("d"), _pseudonym("v")]


async def test_a_link_told_by_a_refused_row_is_followed_in_the_file_and_in_other_programmes_at_once() -> None:
    """The other programme's line, worked out last and right, hid that the file's own had been worked out before."""
    memory = MemoryStore(programme(), replace(programme(), id="autumn"))
    for of in ("autumn", "spring"):
        await _import(memory, _row("j", "v"), _row("v"), of=of)
    await _import(memory, _row("j"), _row("v", "boss", grade="x"))
    assert [_managers(memory, "j", of) for of in ("autumn", "spring")] == 2 * [[_pseudonym("v"), _pseudonym("boss")]]


PEOPLE = "abcdefgh"


@st.composite
def files(draw: st.DrawFn) -> tuple[dict[str, str], list[list[str]]]:
    """Who is above whom, and that in several files of some rows each, whole or broken, of people here or elsewhere."""
    above = {each: draw(st.sampled_from(PEOPLE)) for each in PEOPLE}
    rows = [
        _row(each, manager, country=draw(st.sampled_from(["FR", "IT"])), grade=draw(st.sampled_from(["3", "x"])))
        for each, manager in draw(st.permutations(sorted(above.items())))
    ]
    cuts = sorted(draw(st.sets(st.integers(1, len(rows) - 1), max_size=3)))
    pieces = [rows[begin:end] for begin, end in pairwise([0, *cuts, len(rows)])]
    silent = [_row(each) for each in draw(st.sets(st.sampled_from(PEOPLE)))]
    return above, [*pieces, silent] if draw(st.booleans()) else [silent, *pieces]


@given(files())
async def test_pieces_of_hrs_data_in_any_order_give_the_lines_of_the_whole(
    drawn: tuple[dict[str, str], list[list[str]]],
) -> None:
    above, pieces = drawn
    memory = MemoryStore(programme())
    for rows in pieces:
        await _import(memory, *rows)
    links: dict[str, str | None] = {_pseudonym(each): _pseudonym(manager) for each, manager in above.items()}
    for document in memory.documents(Participant).values():
        assert document["profile"]["managers"] == list(managers_of(document["person_id"], links))
