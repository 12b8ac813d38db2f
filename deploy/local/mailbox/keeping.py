"""Letters in files, for the personas who have an address; the newest of each."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from deploy.local.kept import keep
from deploy.local.personas import Persona

MOST = 200
"""Letters of a persona that are kept."""


@dataclass(frozen=True)
class Letter:
    """One that was received. ``at`` is its own date; what it has none of is empty."""

    number: int
    subject: str
    at: datetime | None
    html: str
    text: str
    calendar: str
    """The entries it brings for a calendar, as they are sent."""


class Mailbox:
    """Of all personas, in ``directory``; whoever else is written to gets nothing."""

    def __init__(self, directory: Path, personas: Sequence[Persona]) -> None:
        self.personas = {persona.key: persona for persona in personas if persona.email}
        self._directory = directory
        self._keys = {persona.email.casefold(): key for key, persona in self.personas.items()}

    def receive(self, address: str, message: bytes) -> None:
        """Keep it, in the place of the oldest where there are many; raises OSError."""
        if key := self._keys.get(address.casefold()):
            numbers = self.numbers(key)
            keep(self._file(key, max(numbers, default=0) + 1), message)
            for number in numbers[MOST - 1 :]:
                self._file(key, number).unlink(missing_ok=True)

    def numbers(self, key: str) -> list[int]:
        """Of that persona's letters, the newest first."""
        return sorted((int(file.stem) for file in (self._directory / key).glob("*.eml")), reverse=True)

    def letters(self, key: str) -> Iterator[Letter]:
        """That persona's, the newest first."""
        for number in self.numbers(key):
            if letter := self.letter(key, number):
                yield letter

    def letter(self, key: str, number: int) -> Letter | None:
        """None where there is none, or none any more."""
        with suppress(FileNotFoundError):
            return _read(number, self._file(key, number).read_bytes())
        return None

    def _file(self, key: str, number: int) -> Path:
        return self._directory / key / f"{number}.eml"


def _read(number: int, content: bytes) -> Letter:
    message = message_from_bytes(content, policy=default)
    date = message["Date"]
    return Letter(
        number,
        subject=str(message["Subject"] or ""),
        at=date.datetime if date else None,
        html=_part(message, "html"),
        text=_part(message, "plain"),
        calendar=_calendar(message),
    )


def _calendar(message: EmailMessage) -> str:
    parts = (each for each in message.iter_attachments() if each.get_content_type() == "text/calendar")
    return next((str(each.get_content()) for each in parts if isinstance(each, EmailMessage)), "")


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
