"""A service at work that only takes down what operators let it do; its pages are asked as a browser would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from shared.delivery.batch import Dealt
from shared.delivery.dead_letters import Letter
from shared.delivery.replays.jobs import Because, Wish
from shared.domain.errors import Absent, Refused
from shared.domain.work import Key
from shared.language.envelope import Record
from shared.language.feedback import PairRecovered
from shared.language.reasons import Reason
from shared.language.streams import Stream
from shared.language.values.days import FIRST, LAST
from shared.operations.pages import router
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = "otto~operator"
STRANGERS = ["ann~participant", "max~manager", "olga~data-protection"]
OURS = PairRecovered.stream.value
HOME, STREAMS, LETTERS, AGAIN, REBUILDING = (
    f"/operating{part}" for part in ("", "/streams", "/letters", "/again", "/rebuilding")
)
ONE = f"{LETTERS}/dead-1"
HALTED = {"inbox": "StreamPoisoned: 100 records of a stream are no events"}
REBUILT = {"read": 5, "of": 9, "replaced": 1, "unchanged": 2, "removed": 0, "began_at": NOW, "ended_at": NOW}
FACTS = ["Telemachus", "UTC", OURS]


def letter(identity: str = "dead-1", value: bytes | None = b'{"pair_id":"p1"}', **more: Any) -> Letter:
    record = Record(Stream.PAIRS.value, 1, 7, 0, b"p1", value, [])
    known: dict[str, Any] = {
        "id": identity,
        "at": NOW,
        "reason": str(Reason("waits-for", missing="Pair p1")),
        "record": record,
        "envelope": SimpleNamespace(type="telemachus.pair-formed.v1", id="event-1"),
        "left_out": False,
        "settled": None,
        "settled_at": None,
        "subject": "p1",
        "version": 3,
    }
    return Letter(**known | more)


@dataclass
class Desk:
    """Dead letters, of which each is settled once."""

    open: Sequence[Letter] = ()
    settled: Sequence[Letter] = ()
    becomes: str = "handled"
    refuses: Refused | None = None
    done: list[tuple[str, str]] = field(default_factory=list)

    async def letters(self, *, settled: bool, after: Key, limit: int) -> tuple[list[Letter], Key]:
        some = self.settled if settled else self.open
        rest = [each for each in some if not after or each.id > str(after[-1])]
        return list(rest[:limit]), (NOW.isoformat(), rest[limit - 1].id) if len(rest) > limit else ()

    async def how_many(self, *, settled: bool) -> int:
        return len(self.settled if settled else self.open)

    async def letter(self, identity: str) -> Letter:
        for each in (*self.open, *self.settled):
            if each.id == identity:
                return each
        raise Absent("no-such-dead-letter", id=identity)

    async def retry(self, identity: str) -> Dealt:
        return Dealt(self._did("retry", identity) or self.becomes)

    async def drop(self, identity: str) -> int:
        self._did("drop", identity)
        return 2

    def _did(self, what: str, identity: str) -> str:
        if self.refuses:
            raise self.refuses
        self.done.append((what, identity))
        return ""


@dataclass
class Replaying:
    """Takes down what is asked for."""

    all_jobs: Sequence[tuple[str, str, Mapping[str, Any]]] = ()
    asked: list[tuple[Wish, str | None]] = field(default_factory=list)

    @property
    def jobs(self) -> Any:
        async def told() -> Sequence[Any]:
            return self.all_jobs

        return SimpleNamespace(all=told)

    async def ask(self, wish: Wish, stream: str | None) -> list[str]:
        self.asked.append((wish, stream))
        return []

    async def left(self) -> int:
        return 5


@dataclass
class Projections:
    """Those that there are, of which each is begun once."""

    shown: Sequence[Mapping[str, Any]] = ()
    begun: list[str] = field(default_factory=list)

    async def all(self) -> Sequence[Mapping[str, Any]]:
        return self.shown

    async def rebuild(self, name: str) -> Mapping[str, Any]:
        if name in self.begun:
            raise Refused("rebuilds-already", projection=name)
        self.begun.append(name)
        return {}


def told(value: Any, fails: type[Exception] | None = None) -> Any:
    """A question that is answered with that, or fails."""

    async def answer(*_: Any, **__: Any) -> Any:
        if fails:
            raise fails
        return value

    return answer


def running(**more: Any) -> Any:
    """A service at work to which nothing has happened."""
    accepted: list[str] = []

    async def accept() -> datetime:
        accepted.append("poison")
        return NOW

    parked = SimpleNamespace(count_documents=told(3))
    at_work: dict[str, Any] = {
        "service": SimpleNamespace(name="registration", says=(PairRecovered,)),
        "settings": None,
        "bus": SimpleNamespace(
            streams=[Stream.PAIRS], held={Stream.PAIRS.value: 4}, joined=True, assigned=True, lag=told({"pairs": 6})
        ),
        "store": SimpleNamespace(ping=told(None), db={"parked": parked}),
        "pulse": SimpleNamespace(troubles={}, delays={}),
        "silent": (),
        "telemetry": Counted(),
        "outbox": SimpleNamespace(
            pending=told(2),
            waiting=told({}),
            open_dead_letters=told(1),
            oldest_pending=told(NOW),
            oldest_kept=told(NOW),
            leads=told(True),
        ),
        "due": SimpleNamespace(overdue=told(4)),
        "desk": Desk(),
        "replaying": Replaying(),
        "projections": Projections(),
        "inbox": SimpleNamespace(poison=SimpleNamespace(accept=accept)),
        "accepted": accepted,
    }
    return SimpleNamespace(**at_work | more)


class Counted:
    """Metrics that count what was done alone."""

    def __init__(self) -> None:
        self.actions: list[str] = []
        self.ready = SimpleNamespace(set=lambda _: None)
        self.obstacles = SimpleNamespace(labels=lambda _: self.ready)
        self.operator_actions = SimpleNamespace(labels=self._done)

    def _done(self, action: str) -> Any:
        return SimpleNamespace(inc=lambda: self.actions.append(action))


def app_of(at_work: Any, service: str = "registration") -> Any:
    app = site(router, store=MemoryStore(now=NOW), service=service)
    app.state.running = at_work
    return app


async def look(at_work: Any, path: str, who: str = OPERATOR, *, service: str = "registration", **headers: str) -> Any:
    async with browsing(app_of(at_work, service), who, **headers) as browser:
        return await browser.get(path)


async def send(
    at_work: Any, path: str, typed: dict[str, str], who: str = OPERATOR, *, times: int = 1, language: str = "en"
) -> Any:
    """Send that form; more than once is somebody who presses again."""
    async with browsing(app_of(at_work), who, **{"Accept-Language": language}) as browser:
        shown = hidden((await browser.get("/operating/again")).text) or {"csrf": "", "once": ""}
        for _ in range(times):
            answer = await browser.post(path, data=shown | typed)
        return answer


def job(state: str, because: Because = Because.ASKED, **more: Any) -> tuple[str, str, dict[str, Any]]:
    return OURS, state, {"because": [because.value], "since": FIRST, "until": LAST, "asked_at": NOW} | more


JOBS = [*(job("waiting", because) for because in Because), job("running", seen=3, of=9), job("done", seen=9, events=8)]


def projection(state: str = "", reason: str = "") -> dict[str, Any]:
    last = REBUILT | {"state": state, "reason": reason or None} if state else None
    return {"name": "members", "documents": 4, "rebuild": last}


ALL_OF_THEM = [
    projection(),
    projection("running"),
    projection("done"),
    projection("failed", str(Reason("rebuilder-gone"))),
]
