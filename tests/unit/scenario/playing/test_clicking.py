"""People of a scenario press the links in their letters; what no letter asks them they say on their pages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from deploy.local.scenario.drawing.generator import generate
from deploy.local.scenario.playing.behaviour import Answer, Meeting, Outcome
from deploy.local.scenario.playing.clicking import Clicker
from deploy.local.scenario.playing.gateway import Gateway, participant
from deploy.local.scenario.playing.post import MOST, Post
from deploy.local.scenario.playing.stage import Stage
from shared.language.sessions import Cancellation
from shared.language.terms import Role

URL = "http://127.0.0.1:8080"
SCENARIO = generate("bnp-uk", 1, datetime(2026, 3, 2, tzinfo=UTC).date())
MENTEE, MENTOR = (
    next(each for each in SCENARIO.people if each.profile.role is role) for role in (Role.MENTEE, Role.MENTOR)
)
SESSION = {
    "session_id": "s1",
    "number": 1,
    "starts_at": "2026-05-04T09:00:00Z",
    "mentor": {"participant_id": "a"},
    "mentee": {"participant_id": "b"},
}
HELD = Meeting(outcome=Outcome.HELD, by=Role.MENTOR, because=Cancellation.ILL, moved=False)
HIM, HER = (participant(each.employee_id, each.profile.country) for each in (MENTOR, MENTEE))
PULSE = Answer(feeling=4, useful=3)


def letter(*addresses: str, thread: str = "<pair>") -> bytes:
    message = EmailMessage(policy=SMTP)
    message["References"] = thread
    message.set_content("Hello,\n\n" + "\n\n".join(f"words:\n{URL}{address}" for address in addresses))
    return message.as_bytes()


class World:
    """What was asked of the services, and what pages are at their links."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self.pages, self.asked = pages, list[tuple[str, str, str, bool]]()
        self.post = Post(SCENARIO)
        urls = {name: f"{URL}/{name}" for name in ("registration", "sessions", "feedback")}
        gateway = Gateway(urls, lambda *_: "token", transport=httpx.MockTransport(self.answer))
        self.people = Clicker(Stage(scenario=SCENARIO, gateway=gateway, clock=SimpleNamespace()), self.post)  # type: ignore[arg-type] # no time passes
        self.people._people = {"a": MENTOR, "b": MENTEE}

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append((request.method, path, request.content.decode(), "authorization" in request.headers))
        if "/do/" in path and path not in self.pages:
            return httpx.Response(410, text="This link does nothing any more")
        return httpx.Response(200, text=self.pages.get(path, "{}"))

    def receives(self, who: Any, *addresses: str, thread: str = "<pair>") -> None:
        self.post.receive(who.email.upper(), letter(*addresses, thread=thread))

    @property
    def done(self) -> list[tuple[str, str, bool]]:
        """What was posted: path, body, and whether by somebody signed in."""
        return [(path, body, known) for method, path, body, known in self.asked if method == "POST"]


def world(**pages: str) -> World:
    return World({f"/sessions/do/{token}": button for token, button in pages.items()})


async def says(of: World, action: str, body: Any = None) -> bool:
    return await of.people._say("done", SESSION, HELD, action, body)


async def test_a_session_is_confirmed_by_the_link_that_says_so() -> None:
    of = world(other="Move to this time", yes="Yes, we met")
    of.receives(MENTOR, "/sessions/do/other", "/sessions/do/yes", "/sessions/our/s1")
    assert await says(of, "held")
    assert of.done == [("/sessions/do/yes", "chosen=", False)]
    assert of.people.tally == {"done by letter": 1}


async def test_it_is_cancelled_with_a_reason() -> None:
    of = world(no="Cancel the session")
    of.receives(MENTOR, "/sessions/do/no", "/sessions/our/s1")
    assert await says(of, "cancel", {"because": "ill"})
    assert of.done == [("/sessions/do/no", "chosen=ill", False)]


@pytest.mark.parametrize(
    "write",
    [
        lambda of: None,
        lambda of: of.receives(MENTEE, "/sessions/do/yes", "/sessions/our/s1"),
        lambda of: of.receives(MENTOR, "/sessions/do/yes", "/sessions/our/s2"),
        lambda of: of.receives(MENTOR, "/sessions/do/old", "/sessions/our/s1"),
        lambda of: of.receives(MENTOR, "/sessions/our/s1"),
    ],
    ids=["no letter", "to somebody else", "about another", "an old link", "no link"],
)
async def test_what_no_link_does_is_said_on_the_page(write: Callable[[World], None]) -> None:
    of = world(yes="Yes, we met")
    write(of)
    assert await says(of, "held")
    assert of.done == [("/sessions/sessions/s1/held", "", True)]
    assert of.people.tally == {"done": 1}


async def test_a_pulse_is_the_link_of_the_feeling_after_the_letter_about_that_session() -> None:
    of = World({f"/feedback/do/{name}{nth}": "" for name in ("early", "other", "mine") for nth in range(1, 6)})
    five = {name: [f"/feedback/do/{name}{nth}" for nth in (5, 4, 3, 2, 1)] for name in ("early", "other", "mine")}
    of.receives(MENTEE, *five["early"])
    of.receives(MENTEE, "/sessions/do/yes", "/sessions/our/s1")
    of.receives(MENTEE, *five["other"], thread="<another pair>")
    of.receives(MENTEE, *five["mine"])
    assert await of.people._pulse(HER, "s1", PULSE, again=False)
    assert of.done == [("/feedback/do/mine4", "chosen=3", False)]


@pytest.mark.parametrize(
    "pulse", [PULSE, Answer(feeling=4, useful=3, comment="Well.")], ids=["no letter", "more to say"]
)
async def test_another_pulse_is_given_on_the_page(pulse: Answer) -> None:
    of = World({f"/feedback/do/{nth}": "" for nth in range(1, 6)})
    if pulse.comment:
        of.receives(MENTOR, "/sessions/our/s1")
        of.receives(MENTOR, *(f"/feedback/do/{nth}" for nth in (5, 4, 3, 2, 1)))
    assert await of.people._pulse(HIM, "s1", pulse, again=False)
    assert [(path, known) for path, _, known in of.done] == [("/feedback/sessions/s1/pulse", True)]


def test_of_somebodys_letters_the_newest_are_kept_and_of_strangers_none() -> None:
    post = Post(SCENARIO)
    for nth in range(MOST + 1):
        post.receive(MENTOR.email, letter(f"/sessions/our/s{nth:02}"))
    post.receive("stranger@x.example", letter("/sessions/our/s1"))
    assert [len(post.about(MENTOR.employee_id, f"s{nth:02}")) for nth in (0, 1, MOST)] == [0, 1, 1]
    assert len(post._letters) == 1


@pytest.mark.parametrize(
    ("now", "after", "before"),
    [
        ("2026-05-06T12:00", "2026-05-07T12:00", "2026-05-13T12:00"),
        ("2026-05-08T12:00", "2026-05-11T12:00", "2026-05-13T12:00"),
        ("2026-05-08T13:00", "2026-05-11T12:00", "2026-05-13T12:00"),
        ("2026-05-13T12:00", "2026-05-14T12:00", "2026-05-14T12:00"),
    ],
)
def test_everybody_looks_on_working_days_at_noon(now: str, after: str, before: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    people = world().people
    assert people._after(at(now)) == at(after)
    assert people._before(at(now), at("2026-05-14T09:00")) == at(before)


@pytest.mark.parametrize(("waiting", "looks"), [("0.0", 1), ("2.0", 3)])
async def test_letters_that_are_due_are_waited_for(waiting: str, looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.scenario.playing.clicking.LOOKS", 3)
    monkeypatch.setattr("deploy.local.scenario.playing.clicking.PAUSE", 0)
    monkeypatch.setattr("deploy.local.scenario.playing.player.Unhurried._move_to", lambda *_: _nothing())
    of = World({"/registration/metrics": f'# HELP\ntelemachus_letters_waiting{{region="local"}} {waiting}\n'})
    await of.people._move_to(datetime.now(UTC))
    assert len(of.asked) == looks


async def _nothing() -> None:
    pass
