"""What the people of a scenario were written: letters as they come, and the links that stand in them."""

import re
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from deploy.local.scenario.drawing.people import Scenario

MOST = 50
"""Letters of one person that are kept, the newest."""
LINK = re.compile(r"https?://\S+/(\w+)/do/\S+")


@dataclass(frozen=True)
class Received:
    """One letter, as whoever reads it sees it."""

    thread: str
    """What it is an answer to: letters to one person about one pair are one conversation."""
    text: str

    def links(self, service: str) -> list[str]:
        """Those that act in that service, in the order in which they stand there."""
        return [found[0] for found in LINK.finditer(self.text) if found[1] == service]


class Post:
    """Of the people of one scenario; whoever else is written to is not looked after here."""

    def __init__(self, scenario: Scenario) -> None:
        self._address = {person.employee_id: person.email.casefold() for person in scenario.people}
        self._letters: dict[str, deque[Received]] = defaultdict(lambda: deque(maxlen=MOST))

    def receive(self, address: str, message: bytes) -> None:
        """One has come."""
        if address.casefold() in self._address.values():
            read = message_from_bytes(message, policy=default)
            body = read.get_body(("plain",))
            letter = Received(str(read["References"] or ""), str(body.get_content()) if body else "")
            self._letters[address.casefold()].append(letter)

    def about(self, employee_id: str, session_id: str) -> list[Received]:
        """Letters to somebody that lead to the page of that session, the newest first."""
        return [each for each in reversed(self._of(employee_id)) if f"/our/{session_id}" in each.text]

    def asking_how_it_was(self, employee_id: str, session_id: str) -> list[str]:
        """The five links of the letter that asked somebody for their pulse, the best first; none without that letter.

        It does not name the session: it comes in the same conversation, after the last letter that does.
        """
        letters, about = self._of(employee_id), self.about(employee_id, session_id)
        if not about:
            return []
        later = letters[letters.index(about[0]) + 1 :]
        found = (each.links("feedback") for each in later if each.thread == about[0].thread)
        return next((links for links in found if links), [])

    def _of(self, employee_id: str) -> list[Received]:
        return list(self._letters[self._address[employee_id]])
