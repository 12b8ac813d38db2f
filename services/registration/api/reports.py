"""What became of a file or a group, as it is told: every reason in the reader's language, with its code and facts."""

from typing import Any, Self

from pydantic import BaseModel, Field

from services.registration.imports.importing import Report
from services.registration.imports.people_csv import Fault
from services.registration.training.recording import GroupReport, Untrained
from shared.domain.pieces import by_turns
from shared.language.reasons import Reason
from shared.web.dependencies import Explain


def told(reason: Reason) -> dict[str, Any]:
    """What of a reason is for programs, as it stands beside its sentence."""
    return {"code": reason.code, "facts": reason.plain_facts}


class FaultView(BaseModel):
    """What is wrong with one cell, or with a whole line when ``column`` is empty; ``expected`` says it in words."""

    line: int
    column: str
    value: str = Field(repr=False)
    expected: str
    code: str
    facts: dict[str, Any] = Field(repr=False)

    @classmethod
    def of(cls, fault: Fault, explain: Explain) -> Self:
        said = {"expected": explain(fault.reason), **told(fault.reason)}
        return cls(line=fault.line, column=fault.column, value=fault.value, **said)


class RowNoteView(BaseModel):
    """What was not taken of a row that went in; ``reason`` says why in words."""

    line: int
    column: str
    value: str = Field(repr=False)
    reason: str
    code: str
    facts: dict[str, Any] = Field(repr=False)

    @classmethod
    def of(cls, note: Fault, explain: Explain) -> Self:
        said = {"reason": explain(note.reason), **told(note.reason)}
        return cls(line=note.line, column=note.column, value=note.value, **said)


class ReportView(BaseModel):
    """What became of a file's rows.

    ``errors`` lists the first faults, ``notes`` what was not taken of rows that went in; ``…_left_out`` count the
    others.
    """

    dry_run: bool
    rows: int
    imported: int
    changed: int
    unchanged: int
    refused: int
    errors: list[FaultView]
    errors_left_out: int
    notes: list[RowNoteView]
    notes_left_out: int
    ignored_columns: tuple[str, ...]

    @classmethod
    def of(cls, report: Report, explain: Explain) -> Self:
        errors = [FaultView.of(fault, explain) for fault in report.errors]
        notes = [RowNoteView.of(note, explain) for note in report.notes]
        return cls(**{**dict(report), "errors": errors, "notes": notes})


class UntrainedView(BaseModel):
    """Somebody of a group for whom no training was recorded, and why."""

    participant_id: str
    reason: str
    code: str
    facts: dict[str, Any] = Field(repr=False)

    @classmethod
    def of(cls, untrained: Untrained, explain: Explain) -> Self:
        said = {"reason": explain(untrained.reason), **told(untrained.reason)}
        return cls(participant_id=untrained.participant_id, **said)


class GroupView(BaseModel):
    """What became of a group: newly trained, trained before, and refused."""

    trained: int
    unchanged: int
    refused: list[UntrainedView]

    @classmethod
    async def of(cls, report: GroupReport, explain: Explain) -> Self:
        refused = [UntrainedView.of(each, explain) async for each in by_turns(report.refused)]
        return cls(trained=report.trained, unchanged=report.unchanged, refused=refused)
