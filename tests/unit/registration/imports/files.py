"""Files as HR exports them, and what is read from them."""

import csv
import io
from collections.abc import Mapping, Sequence

from services.registration.app import service
from services.registration.imports.people_csv import COLUMNS, Fault, Row, Sheet

GOOD: dict[str, str] = {
    "employee_id": "E1",
    "name": "Somebody",
    "email": "somebody@x.example",
    "role": "Mentor",
    "country": "fr",
    "time_zone": "Europe/Paris",
    "languages": "fr|en",
    "unit": "Risk",
    "grade": "3",
    "city": "Paris",
    "working_start": "9:00",
    "working_end": "17:00",
    "offers": "Social Media:4|generative-ai:3",
    "wants": "negotiation:1:3|vision",
    "interests": "chess|sailing",
    "capacity": "2",
    "cross_border": "no",
    "manager_employee_id": "E9",
    "trained": "yes",
}


def file_of(
    rows: Sequence[Mapping[str, str]],
    columns: Sequence[str] = tuple(COLUMNS),
    *,
    separator: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
    end: str = "\r\n",
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode()


def rows_of(content: bytes) -> list[Row | list[Fault]]:
    file = io.BytesIO(content)
    return list(Sheet.of(file).rows(file))


def good_rows(content: bytes) -> list[Row]:
    return [row for row in rows_of(content) if isinstance(row, Row)]


def faults_of(content: bytes) -> list[Fault]:
    return [fault for row in rows_of(content) if not isinstance(row, Row) for fault in row]


def expected(fault: Fault) -> str:
    return service.spoken.explain(fault.reason)


def person(**cells: str) -> dict[str, str]:
    return GOOD | cells
