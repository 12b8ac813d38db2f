"""What became of a file or a group is told with codes and facts for programs, and in the reader's language."""

import json
from typing import Any

import pytest

from services.registration.people.participant import Participant
from services.registration.programmes.programme import Stage
from shared.web.wording import PSEUDO
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words
from tests.unit.registration.api.people import ask
from tests.unit.registration.samples import PROFILE, programme

HEADER = "employee_id,name,email,role,country,time_zone,languages,unit,grade\n"
GOOD = "e-9,Nine,nine@x.example,mentor,FR,Europe/Paris,fr,Risk,3\n"
TOPICS_HEADER = HEADER.strip() + ",offers,wants\n"
TOPICS = {
    "social-media:3|basket weaving:2,": ("offers", "topics-not-of-the-programme", {"topics": ["basket-weaving"]}),
    ",negotiation|yoga": ("wants", "topics-not-of-the-programme", {"topics": ["yoga"]}),
    "social-media:3|Social Media:5,": ("offers", "topic-comes-again", {"topic": "social-media"}),
    ",negotiation:1:2|NEGOTIATION:0:3": ("wants", "topic-comes-again", {"topic": "negotiation"}),
}
IMPORT, TRAIN = "POST /programmes/spring/import", "POST /programmes/spring/trained"
ROWS = {
    GOOD.replace("nine@", "nine"): (
        "email",
        "ninex.example",
        "an e-mail address, such as name@company.example",
        "expects-an-email-address",
        {},
    ),
    GOOD.replace("FR", "IT"): (
        "country",
        "IT",
        "The programme does not run in this country (Italy), only in these: France and United Kingdom.",
        "programme-not-there",
        {"country": "IT", "countries": ["FR", "GB"]},
    ),
    GOOD.strip() + ",more\n": (
        "",
        "",
        "9 cells, as in the header; this line has 10",
        "too-many-cells",
        {"count": 9, "found": 10},
    ),
}


def _imported(rows: str, header: str = HEADER, **more: Any) -> Any:
    return ask(MemoryStore(programme()), "manager", IMPORT, content=header + rows, **more)


@pytest.mark.parametrize("row", ROWS)
def test_a_fault_of_a_row_has_a_code_and_facts_beside_the_sentence(row: str) -> None:
    [fault] = _imported(row)["errors"]
    column, value, expected, code, facts = ROWS[row]
    told = {"line": 2, "column": column, "value": value, "expected": expected, "code": code, "facts": facts}
    assert fault == told


@pytest.mark.parametrize("cells", TOPICS)
def test_a_topic_that_is_none_or_comes_again_is_told_row_by_row(cells: str) -> None:
    good = GOOD.replace("e-9", "e-8").strip() + ",Social Media:4,negotiation:1:2\n"
    report = _imported(f"{GOOD.strip()},{cells}\n{good}", TOPICS_HEADER)
    [fault] = report["errors"]
    assert (fault["line"], fault["column"], fault["code"], fault["facts"]) == (2, *TOPICS[cells])
    assert (report["imported"], report["refused"]) == (1, 1)


@pytest.mark.parametrize("row", ROWS)
def test_a_fault_is_told_in_the_readers_language(row: str) -> None:
    [fault] = _imported(row, language=PSEUDO)["errors"]
    assert plain_words(fault["expected"], ["IT", "FR", "GB"]) == []
    assert fault["code"] == ROWS[row][3]


def test_whoever_follows_an_import_is_told_the_same() -> None:
    *_, last = _imported("".join(ROWS), accept="application/x-ndjson", language=PSEUDO).splitlines()
    report = json.loads(last)["report"]
    assert [fault["code"] for fault in report["errors"]] == [told[3] for told in ROWS.values()]
    assert not [fault for fault in report["errors"] if plain_words(fault["expected"], ["IT", "FR", "GB"])]


def test_of_a_programme_that_takes_nobody_new_every_row_says_so() -> None:
    closed = MemoryStore(programme(Stage.CLOSED))
    [fault] = ask(closed, "manager", IMPORT, content=HEADER + GOOD)["errors"]
    assert (fault["column"], fault["code"]) == ("employee_id", "registration-is-closed")
    assert fault["expected"] == "Registration is closed: nobody new can apply to this programme."


@pytest.mark.parametrize(
    ("header", "code", "facts"),
    [
        (
            HEADER.replace("email,", "mail box,"),
            "columns-missing",
            {"columns": ["email"], "found": HEADER.replace("email,", "mail box,").strip().split(",")},
        ),
        (HEADER.strip() + ",E-Mail\n", "columns-come-again", {"columns": ["email"]}),
    ],
)
def test_a_file_that_is_refused_as_a_whole_has_a_code(header: str, code: str, facts: dict[str, Any]) -> None:
    problem = _imported(GOOD, header)
    assert (problem["status"], problem["code"], problem["facts"]) == (409, code, facts)


def test_a_file_that_is_too_large_has_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registration.api.upload.LARGEST_FILE", 2 * 1024 * 1024)
    problem = _imported("x" * 3 * 1024 * 1024)
    assert (problem["status"], problem["code"], problem["facts"]) == (413, "file-too-large", {"megabytes": 2})
    assert (problem["title"], problem["detail"][:32]) == ("Content Too Large", "The file is larger than 2 MB; sp")


def test_who_of_a_group_is_not_recorded_is_told_why() -> None:
    abroad = Participant.registered("spring", "person-b", PROFILE)
    store, group = MemoryStore(programme(), abroad), {"participant_ids": [abroad.id, "nobody"]}
    told = ask(store, "british", TRAIN, json=group)
    away, nobody = told.pop("refused")
    assert told == {"trained": 0, "unchanged": 0}
    assert away == {
        "participant_id": abroad.id,
        "reason": "You do not manage people of this country: France.",
        "code": "people-not-managed",
        "facts": {"country": "FR"},
    }
    assert (nobody["code"], nobody["reason"]) == (
        "nobody-of-this-id",
        "Nobody of this id takes part in this programme.",
    )
    [again, _] = ask(store, "british", TRAIN, json=group, language=PSEUDO)["refused"]
    assert plain_words(again["reason"], ["FR"]) == []
