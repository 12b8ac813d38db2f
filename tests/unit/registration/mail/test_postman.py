"""What becomes of letters: sent once and noted, tried again, given up, withdrawn, spared."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, pairwise
from threading import get_ident
from typing import Any

import pytest

from services.registration import handlers
from services.registration.board.card import PairCard
from services.registration.mail.claiming import Ready
from services.registration.mail.postman import Postman
from services.registration.mail.readers import Reader
from services.registration.mail.writing import Writer
from services.registration.metrics import metrics
from services.registration.notices.kinds import TO_CONTACTS, Kind
from services.registration.notices.letter import IN_HAND, LONGEST, Because, Fate, Letter
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.work import Unit
from shared.language.feedback import PairAtRisk, Risk
from shared.language.matching import PairCompleted, PairDissolved, PairFormed, Parting
from shared.language.registration import ParticipantErased, ParticipantRegistered
from shared.language.sessions import (
    Cancellation,
    SessionCancelled,
    SessionHeld,
    SessionRescheduled,
    SessionScheduled,
)
from shared.language.terms import Role
from shared.loops import Pulse
from tests.support.apps import new_issuer, settings_for
from tests.support.letters import MONDAY, PAIR, contact, junior, letter, senior, session, spring
from tests.support.memory import MemoryStore, hear
from tests.support.smtp import MailServer, mail_server, says
from tests.unit.registration.samples import PROFILE

NOW = MONDAY + timedelta(days=1)
"""A working day of both."""


class World:
    """Two people, a mail server and a postman."""

    def __init__(self, server: MailServer, *more: Any) -> None:
        self.server, self.pulse = server, Pulse()
        self.store = MemoryStore(*senior(), *junior(), spring(), *more, now=NOW)
        told = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        addresses = {"public_url": "https://mentoring.example.com", "mail_from": "us@x.example"}
        self.settings = settings_for(new_issuer(), **told, **addresses)
        self.postman = self.another()

    def another(self) -> Postman:
        return Postman(self.store, self.settings, self.pulse)

    async def keep(self, *aggregates: Any) -> None:
        async def save(unit: Unit) -> None:
            for each in aggregates:
                unit.save(await _in_place_of(unit, each))

        await self.store.run(save)

    async def at(self, now: datetime) -> None:
        self.store.stopped.moment = now
        await self.postman.post()

    async def one(self) -> Letter:
        [found] = await self.store.all(Letter, {})
        return found

    async def letters(self) -> list[Letter]:
        return await self.store.all(Letter, {})

    async def fates(self) -> dict[str, tuple[Fate, Because | None]]:
        return {each.id: (each.fate, each.because) for each in await self.letters()}


async def _in_place_of(unit: Unit, aggregate: Any) -> Any:
    await unit.find(type(aggregate), aggregate.id)
    return aggregate


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with mail_server() as server:
        yield World(server)


async def test_a_letter_is_sent_once_and_noted(world: World) -> None:
    await world.keep(letter(Kind.PAIRED))
    await world.at(NOW)
    assert (await world.one()).fate is Fate.SENT
    await world.at(NOW + timedelta(hours=1))
    assert [address for address, _ in world.server.taken] == ["junior@x.example"]


async def test_who_is_refused_by_the_server_is_written_to_no_more(world: World) -> None:
    world.server.at["RCPT"] = says("550 nobody here")
    await world.keep(letter(Kind.PAIRED))
    await world.at(NOW)
    assert await world.fates() == {"paired:pair:junior": (Fate.GIVEN_UP, Because.REFUSED)}
    assert (await world.one()).answer == "550"
    assert world.pulse.delays == {}, "all others may be reached"


async def test_what_no_server_takes_is_tried_later_and_later_and_given_up_after_two_days(world: World) -> None:
    world.server.at["MAIL"] = says("451 not now")
    await world.keep(letter(Kind.RECEIVED, NOW))
    pauses, now = [], NOW
    while (found := await world.one()).waits:
        assert found.due_at
        now = found.due_at
        await world.at(now)
        pauses.append((await world.one()).due_at)
        assert len(pauses) < 100
    waited = [later - earlier for earlier, later in pairwise(pauses) if earlier and later]
    assert waited[:3] == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    assert max(waited) == timedelta(hours=1)
    assert await world.fates() == {"application-received:spring:junior": (Fate.GIVEN_UP, Because.NOT_TAKEN)}
    assert LONGEST <= now - NOW < LONGEST + timedelta(hours=2)


async def test_a_letter_that_waited_for_the_weekend_to_end_is_tried_as_often_as_any(world: World) -> None:
    world.server.at["MAIL"] = says("451 not now")
    friday = MONDAY - timedelta(days=3) + timedelta(hours=10)
    await world.keep(letter(Kind.PAIRED, friday))
    await world.at(friday)
    await world.at(NOW)
    assert (await world.one()).attempts == 1
    assert (await world.one()).waits
    world.server.at.clear()
    await world.at(NOW + timedelta(minutes=1))
    assert (await world.one()).fate is Fate.SENT


async def test_a_server_that_comes_back_gets_what_waited(world: World) -> None:
    world.server.at["EHLO"] = says("421 away")
    await world.keep(letter(Kind.PAIRED))
    await world.at(NOW)
    assert world.pulse.delays == {"letters": "421"}
    assert world.pulse.troubles == {}, "a service without a mail server serves"
    await world.at(NOW + timedelta(seconds=30))
    assert world.pulse.delays == {"letters": "421"}, "nothing was due, so nobody knows better"
    world.server.at.clear()
    await world.at(NOW + timedelta(minutes=1))
    assert (await world.one()).fate is Fate.SENT
    assert world.pulse.delays == {}


async def test_of_two_postmen_one_sends(world: World) -> None:
    await world.keep(letter(Kind.PAIRED))
    meanwhile = world.another()

    async def another_comes(_: Any) -> None:
        await meanwhile.post()

    world.server.at["DATA"] = another_comes
    await world.at(NOW)
    assert len(world.server.taken) == 1


class Ended(BaseException):
    """Of a process."""


def second_run_fails(world: World, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """The first takes letters up, the second would note what became of them."""
    run, runs = world.store.run, count(1)

    async def fail(work: Any) -> Any:
        if next(runs) == 2:
            raise error
        return await run(work)

    monkeypatch.setattr(world.store, "run", fail)


async def test_when_the_process_ends_before_it_is_noted_the_same_letter_goes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.keep(letter(Kind.PAIRED))
    second_run_fails(world, monkeypatch, Ended())
    with pytest.raises(Ended):
        await world.at(NOW)
    world.postman = world.another()
    await world.at(NOW + IN_HAND - timedelta(seconds=1))
    assert len(world.server.taken) == 1
    await world.at(NOW + IN_HAND)
    one, again = world.server.letters
    assert one["Message-ID"] == again["Message-ID"]
    assert (await world.one()).fate is Fate.SENT


async def test_when_the_database_is_away_for_a_moment_nothing_goes_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.keep(letter(Kind.PAIRED))
    second_run_fails(world, monkeypatch, ConnectionError())
    with pytest.raises(ConnectionError):
        await world.at(NOW)
    await world.at(NOW + IN_HAND)
    assert len(world.server.taken) == 1
    assert (await world.one()).fate is Fate.SENT


async def test_while_some_are_on_their_way_others_are_taken_up_and_each_goes_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.registration.mail.postman.TOGETHER", 5)
    await world.keep(*(letter(Kind.PAIRED, subject=f"pair-{number}") for number in range(23)))
    in_hand: list[int] = []

    async def look(_: Any) -> None:
        in_hand.append(await world.store.count(Letter, {"fate": Fate.WAITING.value, "attempts": 1}))

    world.server.at["DATA"] = look
    await world.at(NOW)
    assert max(in_hand) == 10
    assert world.server.connections >= 2
    assert len({each["Message-ID"] for each in world.server.letters}) == len(world.server.taken) == 23
    assert {each.fate for each in await world.letters()} == {Fate.SENT}


async def test_what_one_hand_could_not_note_the_other_does_not_send_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.registration.mail.postman.TOGETHER", 5)
    await world.keep(*(letter(Kind.PAIRED, subject=f"pair-{number}") for number in range(12)))
    run, failed = world.store.run, list[str]()

    async def fail(work: Any) -> Any:
        if work.func.__name__ == "_note" and not failed:
            failed.extend(work.args[0])
            world.store.stopped.moment += IN_HAND
            raise ConnectionError
        return await run(work)

    monkeypatch.setattr(world.store, "run", fail)
    with pytest.raises(ConnectionError):
        await world.at(NOW)
    assert len(failed) == 5
    await world.postman.post()
    assert len({each["Message-ID"] for each in world.server.letters}) == len(world.server.taken) == 12
    assert {each.fate for each in await world.letters()} == {Fate.SENT}


async def test_what_is_overtaken_while_it_waits_is_not_sent(world: World) -> None:
    then = NOW + timedelta(days=3)
    await hear(world.store, handlers, session(SessionScheduled, then))
    await hear(world.store, handlers, session(SessionCancelled, then, by="mentor", because="ill"))
    await world.at(then - timedelta(hours=23))
    fates = await world.fates()
    gone = {identity for identity, (fate, _) in fates.items() if fate is Fate.WITHDRAWN}
    assert {identity.partition(":")[0] for identity in gone} == {Kind.TOMORROW, Kind.PLACE}
    kinds = {identity.partition(":")[0] for identity, (fate, _) in fates.items() if fate is Fate.SENT}
    assert Kind.TOMORROW not in kinds


async def test_who_was_erased_gets_nothing(world: World) -> None:
    await world.keep(letter(Kind.PAIRED), letter(Kind.PAIRED, reader="senior"))
    await hear(world.store, handlers, ParticipantErased(programme_id="spring", participant_id="junior"))
    await world.at(NOW)
    assert [address for address, _ in world.server.taken] == ["senior@x.example"]
    assert list(await world.fates()) == ["paired:pair:senior"]


async def test_what_happens_to_their_pair_after_somebody_was_erased_keeps_nothing_of_them(world: World) -> None:
    await hear(world.store, handlers, ParticipantErased(programme_id="spring", participant_id="junior"))
    await hear(world.store, handlers, PairDissolved(**PAIR, because=Parting.WITHDRAWN))
    assert [each.participant_id for each in await world.store.all(Letter, {})] == ["senior"]


async def test_somebody_in_two_programmes_gets_two_letters_a_week_that_nobody_owed_them(world: World) -> None:
    reader, _ = junior()
    await world.keep(replace(reader, id="junior-2", programme_id="autumn"), replace(spring(), id="autumn"))
    unowed = [
        letter(kind, reader=who, subject=f"session-{number}")
        for number, (kind, who) in enumerate(
            [(Kind.PULSE, "junior"), (Kind.PLACE, "junior-2"), (Kind.PULSE, "junior-2")]
        )
    ]
    await world.keep(*unowed, letter(Kind.PAIRED))
    await world.at(NOW)
    assert len(world.server.taken) == 3
    fates = await world.fates()
    assert sorted(each for each, _ in fates.values()) == [Fate.SENT, Fate.SENT, Fate.SENT, Fate.SPARED]
    await world.keep(letter(Kind.PULSE, NOW + timedelta(days=8), subject="session-9"))
    await world.at(NOW + timedelta(days=8))
    assert len(world.server.taken) == 4


async def test_whoever_asks_for_fewer_while_a_letter_waits_does_not_get_it(world: World) -> None:
    await world.keep(letter(Kind.PULSE), letter(Kind.PULSE, reader="senior"), junior(fewer_letters=True)[1])
    await world.at(NOW)
    assert [address for address, _ in world.server.taken] == ["senior@x.example"]
    assert (await world.fates())["how-was-it:pair:junior"] == (Fate.SPARED, Because.UNWANTED)


async def test_letters_that_are_in_a_hand_count_as_well(world: World) -> None:
    await world.keep(*(letter(Kind.PULSE, subject=f"session-{number}") for number in range(2)))
    meanwhile = world.another()
    asked: list[Any] = []

    async def another_comes(_: Any) -> None:
        if not asked:
            asked.append(True)
            await world.keep(letter(Kind.PULSE, subject="session-3"))
            await meanwhile.post()

    world.server.at["DATA"] = another_comes
    await world.at(NOW)
    assert len(world.server.taken) == 2
    assert (await world.fates())["how-was-it:session-3:junior"] == (Fate.SPARED, Because.ENOUGH)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jür gen@x.example",
        "jür\u2028gen@x.example",
        "jür..gen@x.example",
        "jürgen@",
        "a..b@x.example",
        "a@",
        "@x.example",
        "a b@x.example",
        "a@x..example",
        "a@x\r\nRCPT",
    ],
)
async def test_an_address_that_is_none_is_given_up_alone_and_nowhere_told(
    world: World, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    await world.keep(replace(junior()[1], email=address), letter(Kind.PAIRED), letter(Kind.PAIRED, reader="senior"))
    await world.at(NOW)
    assert (await world.fates())["paired:pair:junior"] == (Fate.GIVEN_UP, Because.NO_ADDRESS)
    assert [address for address, _ in world.server.taken] == ["senior@x.example"]
    assert caplog.text == ""


async def test_a_letter_that_cannot_be_written_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await world.keep(letter(Kind.PAIRED), letter(Kind.PAIRED, reader="senior"))
    write = Writer.write

    def fail(writer: Writer, ready: Ready) -> bytes:
        if ready.reader.id == "junior":
            raise LookupError(ready.reader.email)
        return write(writer, ready)

    monkeypatch.setattr(Writer, "write", fail)
    await world.at(NOW)
    assert (await world.fates())["paired:pair:junior"] == (Fate.GIVEN_UP, Because.REFUSED)
    assert [address for address, _ in world.server.taken] == ["senior@x.example"]
    assert "letter not written" in caplog.text
    assert "junior@x.example" not in caplog.text


SPOILT: dict[type[Any], tuple[str, str]] = {
    Letter: ("paired:pair:junior", "kind"),
    Participant: ("junior", "profile"),
    Person: ("person-senior", "name"),
    Programme: ("spring", "terms"),
    PairCard: ("pair", "meetings"),
}


@pytest.mark.parametrize("kind", SPOILT)
async def test_what_cannot_be_read_holds_up_no_letter_but_those_about_it(
    world: World, kind: type[Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = replace(junior()[0], id="other", programme_id="autumn")
    letters = letter(Kind.PAIRED), replace(letter(Kind.RECEIVED, reader="other"), programme_id="autumn", facts={})
    card = PairCard(id="pair", programme_id="spring", mentor_id="junior", mentee_id="senior")
    identity, field = SPOILT[kind]
    await world.keep(*letters, fine, card, replace(spring(), id="autumn"))
    kept = world.store.shelves.documents[kind]
    document = kept[identity]
    kept[identity] = document | {field: {"no": "such"}}
    before = metrics.set_aside._value.get()
    await world.at(NOW)
    await world.at(NOW)
    assert [address for address, _ in world.server.taken] == ["junior@x.example"]
    assert world.store.documents(Letter)[letters[0].id]["fate"] == Fate.WAITING
    assert metrics.set_aside._value.get() == before + 1, "and it is left alone for a while"
    assert caplog.text.count("letter set aside") == 1
    await metrics.measure(world.store)
    assert metrics.letters_waiting._value.get() == 1
    monkeypatch.setattr("services.registration.mail.postman.AGAIN", 0.0)
    world.postman = world.another()
    await world.at(NOW)
    kept[identity] = document
    await world.at(NOW)
    assert [address for address, _ in world.server.taken] == ["junior@x.example"] * 2


async def test_a_programme_that_cannot_be_read_holds_up_no_week_of_others(world: World) -> None:
    led = [replace(spring(), id=each).told_to([contact()]) for each in ("autumn", "winter")]
    await world.keep(*led)
    world.store.shelves.documents[Programme]["autumn"]["terms"] = "none"
    await world.at(NOW)
    assert [each.programme_id for each in await world.letters()] == ["winter"]


async def test_a_domain_with_other_letters_than_ascii_is_reached(world: World) -> None:
    await world.keep(replace(junior()[1], email="blaise@müller.example"))
    await world.keep(letter(Kind.PAIRED))
    await world.at(NOW)
    assert [address for address, _ in world.server.taken] == ["blaise@xn--mller-kva.example"]


@pytest.mark.parametrize("newer", [True, False])
async def test_an_address_that_needs_a_newer_server_is_reached_there_and_given_up_at_once_elsewhere(
    newer: bool,
) -> None:
    async with mail_server(newer=newer) as server:
        world = World(server)
        await world.keep(replace(junior()[1], email="jürgen@müller.example", name="Jürgen Müller"))
        await world.keep(letter(Kind.PAIRED), letter(Kind.PAIRED, reader="senior"))
        await world.at(NOW)
    found = {each.participant_id: (each.fate, each.because, each.answer) for each in await world.letters()}
    assert found["senior"] == (Fate.SENT, None, ""), "others go whatever the server is"
    if newer:
        assert found["junior"] == (Fate.SENT, None, "")
        [(_, message)] = [each for each in server.taken if each[0] == "jürgen@xn--mller-kva.example"]
        assert "\nTo: Jürgen Müller <jürgen@xn--mller-kva.example>\r\n" in message.decode()
    else:
        assert found["junior"] == (Fate.GIVEN_UP, Because.REFUSED, "SMTPNotSupported")


async def test_what_is_not_begun_in_time_is_sent_another_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registration.mail.sending.BEGUN", 0.0)
    await world.keep(letter(Kind.PAIRED))
    await world.at(NOW)
    assert (await world.one()).waits
    monkeypatch.undo()
    await world.at(NOW + timedelta(minutes=1))
    assert (await world.one()).fate is Fate.SENT


async def test_what_takes_long_the_first_time_is_done_once_and_not_in_the_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: list[int] = []
    for slow in ("public_holidays", "know_languages"):
        monkeypatch.setattr(f"services.registration.mail.postman.{slow}", lambda *_: where.append(get_ident()))
    await world.at(NOW)
    await world.at(NOW)
    assert len(where) == 2
    assert get_ident() not in where


async def test_whatever_is_asked_for_can_be_written(world: World) -> None:
    then = NOW + timedelta(days=3)
    moved = session(SessionRescheduled, then, number=2, moved_from=then - timedelta(hours=1))
    told = [
        ParticipantRegistered(programme_id="spring", participant_id="junior", person_id="p", profile=PROFILE),
        PairFormed(**PAIR, round_id=None, score=7, criteria=()),
        session(SessionScheduled, then),
        moved,
        session(SessionHeld, NOW, number=3, confirmed_by=Role.MENTOR),
        session(SessionCancelled, then, number=4, by=Role.MENTOR, because=Cancellation.ILL),
        PairAtRisk(programme_id="spring", pair_id="pair", because=Risk.SESSIONS_LOST, sessions_lost=2),
        PairDissolved(**PAIR, because=Parting.DECLINED),
        PairCompleted(**PAIR),
    ]
    written: list[str] = []
    for event in told:
        card = PairCard(id="pair", programme_id="spring", mentor_id="junior", mentee_id="senior")
        store = MemoryStore(card, now=NOW)
        await hear(store, handlers, event)
        for each in await store.all(Letter, {}):
            reader, person = junior() if each.participant_id == "junior" else senior()
            known = Ready(each, Reader.of(reader, person), spring(), NOW, partner=senior()[0], partner_name="Ada")
            Writer(world.settings).write(known)
            written.append(each.kind)
    assert set(written) == set(Kind) - TO_CONTACTS - {Kind.ERASED}
