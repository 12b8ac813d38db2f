"""Files as ``mentor-match`` reads them, by lot: of the shape of its own samples, in which grades, organisations and
professions are drawn evenly, mentees' grades from the nine lowest and mentors' from the nine highest."""

import csv
from pathlib import Path
from random import Random

from tests.bench.mentor_match import GRADES

ORGANISATIONS = ("Fun", "Joy", "Love", "Peace", "Truth", "Virtue")
PROFESSIONS = ("DDaT", "HR", "Operations", "Policy", "Security")
HEADER = ("first name", "last name", "email address", "both mentor and mentee", "job title", "grade")
MENTORS, MENTEES = "mentors.csv", "mentees.csv"


def write(folder: Path, each: int, *, seed: int = 1) -> None:
    """So many mentors and so many mentees into the two files ``mentor-match`` looks for in a folder."""
    draw = Random(seed)
    for name, grades in ((MENTORS, GRADES[2:]), (MENTEES, GRADES[:9])):
        role = name.removesuffix("s.csv")
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow([*HEADER, "organisation", "profession"])
            for number in range(each):
                mail, organisation = f"{role}.{number}@example.org", f"Department of {draw.choice(ORGANISATIONS)}"
                who = (role, number, mail, "no", "Some role", draw.choice(grades))
                rows.writerow([*who, organisation, draw.choice(PROFESSIONS)])
