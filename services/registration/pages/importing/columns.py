"""The columns of a file in words, and a file with one row to begin with."""

import csv
from codecs import BOM_UTF8
from collections.abc import Mapping
from io import StringIO

from babel.numbers import get_decimal_symbol

from services.registration.imports.people_csv import COLUMNS
from services.registration.pages.people.managed import Managing
from shared.domain.marking import _
from shared.language.terms import Terms
from shared.language.values.zones import zones_in
from shared.web.wording import locale

IN_WORDS: Mapping[str, str] = {
    "employee_id": _("Employee number"),
    "name": _("Name"),
    "email": _("E-mail"),
    "role": _("Role"),
    "country": _("Country"),
    "time_zone": _("Time zone"),
    "languages": _("Languages"),
    "unit": _("Department"),
    "grade": _("Grade"),
    "city": _("City"),
    "working_start": _("Work begins at"),
    "working_end": _("Work ends at"),
    "offers": _("Can show"),
    "wants": _("Would like to learn"),
    "interests": _("Interests"),
    "capacity": _("Partners at a time"),
    "cross_border": _("Partner abroad"),
    "manager_employee_id": _("Number of the direct manager"),
    "trained": _("Trained"),
}


def example(seen: Managing, language: str) -> bytes:
    """Headers and a row that would be taken, marked as UTF-8 and separated as spreadsheets of that language expect."""
    comma = get_decimal_symbol(locale(language)) == ","
    text = StringIO()
    writer = csv.writer(text, delimiter=";" if comma else ",", lineterminator="\r\n")
    row = _row(seen.programme.terms, seen.countries[0])
    writer.writerows([list(COLUMNS), [row.get(column, "") for column in COLUMNS]])
    return BOM_UTF8 + text.getvalue().encode()


def _row(terms: Terms, country: str) -> Mapping[str, str]:
    return {
        "employee_id": "4711",
        "name": "Alex Example",
        "email": "alex@company.example",
        "role": "mentor",
        "country": country,
        "time_zone": next(iter(zones_in(country)), "UTC"),
        "languages": "|".join(terms.languages[:2]),
        "unit": "Marketing",
        "grade": "3",
        "city": "",
        "working_start": "09:00",
        "working_end": "17:00",
        "offers": f"{terms.topics[0]}:4",
        "wants": f"{terms.topics[-1]}:1:2",
        "interests": "chess|hiking",
        "capacity": "1",
        "cross_border": "yes",
        "manager_employee_id": "-",
        "trained": "no",
    }
