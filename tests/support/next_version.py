"""The version after this one: these very sources with an optional field and an event type that nobody knows yet."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEW_FIELD, NEW_TYPE = "place", "telemachus.session-praised.v1"
CHANGES = {
    "shared/language/sessions.py": {
        "    confirmed_by: Role\n": "    confirmed_by: Role\n    place: str | None = None\n\n\n"
        'class SessionPraised(_Session):\n    """The two liked it."""\n',
    },
    "services/sessions/series/session.py": {
        "    SessionMissed,\n": "    SessionMissed,\n    SessionPraised,\n",
        "    state: Outcome = Outcome.SCHEDULED\n": '    state: Outcome = Outcome.SCHEDULED\n    place: str = ""\n',
        "state=Outcome.HELD, due_at=None": 'state=Outcome.HELD, place="room", due_at=None',
        "SessionHeld(**self._facts(), confirmed_by=by)": 'SessionHeld(**self._facts(), confirmed_by=by, place="room"), '
        "SessionPraised(**self._facts())",
    },
}
"""File → what stands there → what stands there in the next version."""


def write_next_version(directory: Path) -> Path:
    """Its sources, ready to be run from; raises ValueError when these sources have changed too much."""
    for package in ("shared", "services"):
        shutil.copytree(ROOT / package, directory / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, changes in CHANGES.items():
        file = directory / name
        text = file.read_text()
        for before, after in changes.items():
            if before not in text:
                raise ValueError(f"{name} has no «{before}» any more: adapt CHANGES")
            text = text.replace(before, after, 1)
        file.write_text(text)
    return directory
