"""The bench's command: its rules, its files, and what it prints."""

import csv
import re
from itertools import combinations, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.civil_service import MENTEES, MENTORS, write
from tests.bench.mentor_match import GRADES, Person, main, read, solve

PRINTED = re.compile(r"pairs (\d+) total (\d+) bound (\d+) seconds (\d+\.\d+)\n")
HEADER = "first name,grade,organisation,profession"


def files(folder: Path, mentors: list[str], mentees: list[str], *, header: str = HEADER) -> list[str]:
    """Both as files of rows that begin with the grade."""
    names = []
    for name, rows in ((MENTORS, mentors), (MENTEES, mentees)):
        path = folder / name
        path.write_text("\n".join([header, *(f"somebody,{row}" for row in rows)]) + "\n", encoding="utf-8")
        names.append(str(path))
    return names


def figures(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, int, int]:
    """Pairs, total and bound as printed."""
    assert main(arguments) == 0
    printed = PRINTED.fullmatch(capsys.readouterr().out)
    assert printed
    pairs, total, bound = (int(figure) for figure in printed.groups()[:3])
    return pairs, total, bound


@pytest.mark.parametrize(
    ("mentor", "mentee", "points"),
    [
        ("EO,Fun,HR", "AO,Joy,Policy", 9),
        ("HEO,Fun,HR", "AO,Joy,Policy", 12),
        ("EO,Fun,HR", "AO,Joy,HR", 19),
        ("HEO,Fun,HR", "AO,Joy,HR", 22),
        ("Grade 6,Fun,HR", "Grade 7,Joy,DDaT", 9),
        ("SCS1,Fun,HR", "Grade 7,Joy,DDaT", 12),
        ("EO,Fun,HR", "AO,Fun,HR", None),
        ("AO,Fun,HR", "AO,Joy,HR", None),
        ("AO,Fun,HR", "EO,Joy,HR", None),
        ("SEO,Fun,HR", "AO,Joy,HR", None),
    ],
)
def test_two_people(
    mentor: str, mentee: str, points: int | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = figures(files(tmp_path, [mentor], [mentee]), capsys)
    assert found == ((0, 0, 0) if points is None else (1, points, points))


def test_as_many_pairs_as_possible_come_before_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mentors, mentees = ["HEO,Fun,HR", "EO,Fun,DDaT"], ["AO,Joy,HR", "EO,Joy,Policy"]
    assert figures(files(tmp_path, mentors, mentees), capsys) == (2, 18, 18)  # one pair alone would score 22


def test_the_profession_somebody_looks_for_counts_before_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mentors = ["EO,Fun,HR,", "EO,Fun,DDaT,"]
    mentees = ["AO,Joy,Policy,HR", "AO,Joy,DDaT,"]
    arguments = files(tmp_path, mentors, mentees, header=f"{HEADER},target profession")
    assert figures(arguments, capsys) == (2, 38, 38)


def test_files_as_spreadsheets_save_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = files(
        tmp_path,
        [" grade 7 , Fun,HR", ",,"],
        ["SEO,Joy,HR", '"HEO","Joy","Pay, ""and"" rations"'],
        header=HEADER.title(),
    )
    for name in arguments:
        path = Path(name)
        path.write_text(path.read_text().replace("somebody,,,", ",,,"), encoding="utf-8-sig", newline="\r\n")
    assert figures(arguments, capsys) == (1, 19, 19)


def test_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert figures(files(tmp_path, [], ["AO,Joy,HR"]), capsys) == (0, 0, 0)


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        (HEADER, ["EO,Fun,HR", "Emperor,Fun,HR"], "mentors.csv, line 3: «Emperor» is not a grade; grades are AA, AO"),
        (HEADER, [""], "mentors.csv, line 2: «» is not a grade"),
        ("first name,grade", ["EO"], "mentors.csv, line 1: there is no column organisation and no column profession"),
    ],
)
def test_what_cannot_be_read_is_named(
    header: str, rows: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(files(tmp_path, rows, [], header=header)) == 1
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere.csv"), str(tmp_path / "nowhere.csv")]) == 1
    assert "nowhere.csv" in capsys.readouterr().err


def test_two_files_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["one.csv"]) == 2
    assert "MENTORS.csv MENTEES.csv" in capsys.readouterr().err


def points(mentor: Person, mentee: Person) -> int | None:
    """The rules once more."""
    gap = mentor.grade - mentee.grade
    if mentor.organisation == mentee.organisation or gap not in (1, 2):
        return None
    return (12 if gap == 2 else 9) + (10 if mentee.wanted == mentor.profession else 0)


def best(mentors: list[Person], mentees: list[Person]) -> tuple[int, int]:
    """Pairs and total of the best of all ways."""
    ways = [
        [points(*couple) for couple in zip(some, others, strict=True)]
        for size in range(min(len(mentors), len(mentees)) + 1)
        for some in combinations(mentors, size)
        for others in permutations(mentees, size)
    ]
    return max((len(way), sum(filter(None, way))) for way in ways if None not in way)


people = st.builds(Person, st.sampled_from("ab"), st.integers(0, 4), st.sampled_from("xy"), st.sampled_from("xy"))


@settings(max_examples=60)
@given(st.lists(people, max_size=4), st.lists(people, max_size=4))
def test_nothing_is_better(mentors: list[Person], mentees: list[Person]) -> None:
    answer = solve(mentors, mentees)
    assert (answer.pairs, answer.total) == best(mentors, mentees)
    assert answer.bound == answer.total
    for mentor, mentee, score in zip(*(column.tolist() for column in answer.couples), strict=True):
        assert score == points(mentors[mentor], mentees[mentee])


def test_generated_files_are_of_the_right_shape(tmp_path: Path) -> None:
    write(tmp_path, 200, seed=3)
    for name, grades in ((MENTORS, GRADES[2:]), (MENTEES, GRADES[:9])):
        people = read(tmp_path / name)
        assert len(people) == 200
        assert {GRADES[person.grade] for person in people} == set(grades)
        with (tmp_path / name).open(newline="") as file:
            assert len({row["email address"] for row in csv.DictReader(file)}) == 200
