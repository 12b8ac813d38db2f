"""The index of runbooks, made from the alerts and the line under each page's title.

``**What should happen does not.** Fires when …``: one of ``SECTIONS``, and when.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from deploy.describing.made import with_parts
from deploy.describing.operating.reference import firing

FOLDER = Path(__file__).parents[3] / "docs" / "runbooks"
INDEX = FOLDER / "README.md"
SECTIONS = (
    "Nobody gets an answer",
    "What happens is not heard of, or late",
    "What happened has no effect",
    "What should happen does not",
    "What will happen",
)
"""What an alert may be about, the worst first."""
SAID = re.compile(rf"^\*\*(?P<section>{'|'.join(SECTIONS)})\.\*\* Fires when (?P<when>.+)\.$", re.MULTILINE)


class NotSaid(Exception):
    """A runbook does not say when its alert fires."""


def index() -> str:
    """A table for each section."""
    parts = []
    for section in SECTIONS:
        heading = f"## {section}\n\n| alert | severity | fires when |\n|---|---|---|"
        parts.append("\n".join([heading, *_rows(section)]))
    return "\n\n".join(parts)


def _rows(section: str) -> Iterator[str]:
    """The section's alerts; those that wake somebody first."""
    for name, severities in sorted(firing().items(), key=lambda alert: ("page" not in alert[1], alert[0])):
        about, when = _said_of(name)
        if about == section:
            yield f"| [{name}]({name}.md) | {', '.join(sorted(severities))} | {when} |"


def _said_of(name: str) -> tuple[str, str]:
    page = FOLDER / f"{name}.md"
    said = SAID.search(page.read_text()) if page.exists() else None
    if said is None:
        sections = " or ".join(f"«{section}»" for section in SECTIONS)
        raise NotSaid(f"{page.name} needs a line «**…** Fires when ….» under its title, with {sections}")
    return said["section"], said["when"]


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {INDEX: with_parts(INDEX.read_text(), alerts=index())}
