"""Cells whose text was spoilt before it came here, by a spreadsheet or an earlier program."""

import re
from collections.abc import Mapping

from services.registration.imports.cells import NOTHING
from shared.language.reasons import Reason
from shared.language.values.lines import UNREADABLE

LOST = re.compile(r"#(N/A|N/D|NV|[\w/¡¿-]+[!?]|#+)", re.IGNORECASE)
"""What a spreadsheet shows instead of a value it does not have, in any language: #REF!, #BEZUG!, #¿NOMBRE?"""
NONE = re.compile(r"null|none|nil|nan|n/a|undefined|\(blank\)|true|false", re.IGNORECASE)
"""What programs write where they have no number."""
REMADE = re.compile(r"=.*|\d([.,]\d+)?E\+\d+|\d+\.0", re.IGNORECASE)
"""What a spreadsheet or a program makes of a number: a formula, a fraction, or one that has lost its last digits."""
NUMBERS = ("employee_id", "manager_employee_id")


def spoilt_in(cells: Mapping[str, str]) -> dict[str, Reason]:
    """Columns whose text was spoilt before it came here, and how."""
    found = {column: _spoilt(column, text) for column, text in cells.items()}
    return {column: reason for column, reason in found.items() if reason}


def _spoilt(column: str, text: str) -> Reason | None:
    if UNREADABLE in text:
        return Reason("not-utf-8")
    if LOST.fullmatch(text) or (column in NUMBERS and NONE.fullmatch(text)):
        return Reason("lost-by-a-spreadsheet")
    if column == "employee_id" and text in NOTHING:
        return Reason("expects-an-employee-id")
    return Reason("remade-by-a-spreadsheet") if column in NUMBERS and REMADE.fullmatch(text) else None
