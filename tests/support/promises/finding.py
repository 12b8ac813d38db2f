"""What a store promises to whoever asks: which aggregates match, in what order, and how many there are."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, cast

import pytest

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Unreadable
from shared.domain.work import Key, Order, Store, Unit, Where
from tests.support.promises import Promises, S, keep

DUE = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


class Colour(StrEnum):
    """Of a card."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """In a list."""

    number: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """In a field."""

    country: str
    floor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Card(Aggregate):
    """Something with fields of all sorts."""

    collection: ClassVar[str] = "cards"

    colour: Colour = Colour.RED
    held: int = 0
    score: float = 0.5
    open: bool = False
    left: str = ""
    right: str = ""
    place: Place | None = None
    since: datetime | None = None
    tags: tuple[str, ...] = ()
    meetings: tuple[Meeting, ...] = ()


def met(*outcomes: str) -> tuple[Meeting, ...]:
    return tuple(Meeting(number=number, outcome=outcome) for number, outcome in enumerate(outcomes, start=1))


CARDS = (
    Card(id="a", held=1, left="ann", right="bob", place=Place(country="FR", floor=2), meetings=met("held", "missed")),
    Card(id="b", held=3, left="cyd", tags=("x", "y"), since=DUE, due_at=DUE, meetings=met("held", "planned")),
    Card(id="c", colour=Colour.BLUE, score=2, left="ann", right="dan", place=Place(country="GB"), tags=("x",)),
    Card(id="d", colour=Colour.BLUE, held=2, open=True, place=Place(country="FR"), due_at=DUE + timedelta(hours=1)),
)

QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "abcd"),
    ({"_id": "b"}, "b"),
    ({"_id": {"$in": ["d", "a", "nobody"]}}, "ad"),
    ({"_id": {"$in": []}}, ""),
    ({"_id": {"$gt": "a", "$lt": "d"}}, "bc"),
    ({"_id": {"$ne": "b"}, "colour": Colour.RED}, "a"),
    ({"colour": "blue"}, "cd"),
    ({"colour": {"$ne": Colour.BLUE}}, "ab"),
    ({"colour": {"$nin": ["red", "green"]}}, "cd"),
    ({"nothing": {"$ne": "x"}}, "abcd"),
    ({"nothing": {"$nin": [None]}}, ""),
    ({"held": {"$gt": 1}}, "bd"),
    ({"held": {"$gte": 1, "$lte": 2}}, "ad"),
    ({"held": {"$gt": ""}}, ""),
    ({"held": True}, ""),
    ({"score": 2}, "c"),
    ({"score": {"$gt": 0}}, "abcd"),
    ({"open": True}, "d"),
    ({"open": 1}, ""),
    ({"open": {"$gte": 0}}, ""),
    ({"left": {"$gt": ""}}, "abc"),
    ({"place": None}, "b"),
    ({"place": {"$ne": None}}, "acd"),
    ({"place.country": "FR"}, "ad"),
    ({"place.country": None}, "b"),
    ({"place.floor": None}, "bcd"),
    ({"place.floor": {"$exists": True}}, "acd"),
    ({"place.floor": {"$exists": False}}, "b"),
    ({"place.floor": {"$in": [None, 7]}}, "bcd"),
    ({"since": {"$gt": ""}}, "b"),
    ({"since": {"$gte": "2026-03-02T09:00:00.123456Z"}}, "b"),
    ({"since": {"$gt": "2027"}}, ""),
    ({"due_at": None}, "ac"),
    ({"due_at": {"$lte": DUE}}, "b"),
    ({"due_at": {"$lte": DUE + timedelta(days=1)}}, "bd"),
    ({"due_at": {"$gt": DUE}}, "d"),
    ({"tags": "x"}, "bc"),
    ({"tags": []}, "ad"),
    ({"tags": ["x", "y"]}, "b"),
    ({"tags": {"$in": ["y", "z"]}}, "b"),
    ({"tags": {"$ne": "y"}}, "acd"),
    ({"tags": {"$gt": ""}}, "bc"),
    ({"tags": {"$gt": "x"}}, "b"),
    ({"tags": {"$size": 1}}, "c"),
    ({"tags": None}, ""),
    ({"tags.0": {"$exists": True}}, "bc"),
    ({"tags.1": "y"}, "b"),
    ({"meetings.outcome": "held"}, "ab"),
    ({"meetings.outcome": {"$ne": "missed"}}, "bcd"),
    ({"meetings.outcome": {"$exists": True}}, "ab"),
    ({"meetings.0.outcome": "missed"}, ""),
    ({"meetings.number": {"$gte": 2}, "meetings.outcome": "held"}, "ab"),
    ({"$or": [{"left": "cyd"}, {"right": "dan", "held": 0}]}, "bc"),
    ({"colour": "red", "$or": [{"left": "ann"}, {"left": "cyd", "held": 1}]}, "a"),
]


async def walk(store: Store, where: Where, sort: Order, limit: int) -> list[list[Card]]:
    """All pages."""
    pages, after = list[list[Card]](), cast("Key", ())
    while True:
        page = await store.page(Card, where, sort=sort, after=after, limit=limit)
        pages.append(page.items)
        if not (after := page.then):
            return pages


class FindingPromises(Promises[S]):
    """Of questions."""

    @pytest.fixture(autouse=True)
    async def cards(self, store: S) -> None:
        """Some cards."""
        await keep(store, *CARDS)

    @pytest.mark.parametrize(("where", "who"), QUESTIONS, ids=[str(where) for where, _ in QUESTIONS])
    async def test_which_match(self, store: S, where: dict[str, Any], who: str) -> None:
        assert sorted(await store.ids(Card, where)) == list(who)
        assert await store.count(Card, where) == len(who)

    async def test_whole_aggregates_come_by_id_unless_another_order_is_wanted(self, store: S) -> None:
        (a, b, c, d), whole = CARDS, DUE.replace(microsecond=123000)
        b, d = replace(b, due_at=whole), replace(d, due_at=whole + timedelta(hours=1))
        assert await store.all(Card, {}) == [a, b, c, d]
        assert await store.all(Card, {"colour": "red"}) == [a, b]
        assert await store.all(Card, {}, sort=(("colour", 1), ("held", -1)), limit=3) == [d, c, b]

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ((("_id", -1),), "dcba"),
            ((("held", 1),), "cadb"),
            ((("place.floor", -1), ("_id", 1)), "abcd"),
            ((("place.country", 1), ("_id", -1)), "bdac"),
            ((("since", 1), ("left", 1), ("_id", 1)), "dacb"),
            ((("due_at", 1), ("right", -1)), "cabd"),
            ((("open", -1), ("score", 1), ("held", 1)), "dabc"),
        ],
    )
    async def test_in_what_order(self, store: S, sort: tuple[tuple[str, int], ...], order: str) -> None:
        assert "".join(await store.ids(Card, {}, sort=sort)) == order
        assert "".join(await store.ids(Card, {}, sort=sort, limit=2)) == order[:2]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
    @pytest.mark.parametrize(
        "sort",
        [
            (("_id", 1),),
            (("_id", -1),),
            (("held", 1), ("_id", -1)),
            (("colour", -1), ("_id", -1)),
            (("colour", 1), ("held", -1), ("_id", 1)),
            (("since", 1), ("left", 1), ("_id", 1)),
        ],
    )
    async def test_page_by_page_comes_the_whole_list(
        self, store: S, sort: tuple[tuple[str, int], ...], limit: int
    ) -> None:
        walked = await walk(store, {}, sort, limit)
        assert [card.id for page in walked for card in page] == await store.ids(Card, {}, sort=sort)
        assert [len(page) for page in walked[:-1]] == [limit] * (len(walked) - 1)
        assert walked[-1] != []

    async def test_of_what_matches_alone(self, store: S) -> None:
        where = {
            "$or": [{"left": "ann"}, {"held": {"$gte": 0}}],
            "colour": {"$in": ["red", "blue"]},
            "_id": {"$ne": "c"},
        }
        walked = await walk(store, where, (("colour", 1), ("_id", 1)), 2)
        assert [[card.id for card in page] for page in walked] == [["d", "a"], ["b"]]
        nobody = await store.page(Card, {"colour": "green"}, limit=2)
        assert (nobody.items, nobody.then) == ([], ())

    async def test_what_comes_and_goes_meanwhile_neither_hides_nor_repeats_another(self, store: S) -> None:
        first = await store.page(Card, {}, limit=2)
        await keep(store, replace(CARDS[0], id="B"), replace(CARDS[0], id="ca"))

        async def deleted(unit: Unit) -> None:
            unit.delete(await unit.get(Card, "b"))

        await store.run(deleted)
        rest = await store.page(Card, {}, after=first.then, limit=9)
        assert [card.id for card in (*first.items, *rest.items)] == ["a", "b", "c", "ca", "d"]

    async def test_a_page_with_one_that_cannot_be_read(self, store: S) -> None:
        await self.put(store, Card, {"_id": "bad", "colour": "red", "held": "secret", "_said": 0})
        with pytest.raises(Unreadable):
            await store.page(Card, {"colour": "red"}, limit=3)
        spoilt: list[str] = []
        page = await store.page(Card, {"colour": "red"}, limit=3, spoilt=spoilt)
        assert ([card.id for card in page.items], spoilt) == (["a", "b"], ["bad"])

    async def test_fields_that_are_not_wanted_have_their_default(self, store: S) -> None:
        c, d = await store.all(Card, {"colour": "blue"}, without=["held", "place.floor", "tags"])
        assert c == replace(CARDS[2], tags=())
        assert (d.held, d.open, d.place) == (0, True, Place(country="FR"))

    async def test_one_that_cannot_be_read_is_named_and_hides_no_other(self, store: S) -> None:
        await self.put(store, Card, {"_id": "bad", "colour": "red", "held": "secret", "_said": 0})
        read, spoilt = await store.readable(Card, {"colour": "red"})
        assert [card.id for card in read] == ["a", "b"]
        assert spoilt == {"bad": "held: int_parsing"}
        with pytest.raises(Unreadable, match=r"Card.*held: int_parsing"):
            await store.all(Card, {})
        assert sorted(await store.ids(Card, {"colour": "red"})) == ["a", "b", "bad"]

    async def test_values_come_as_they_are_stored(self, store: S) -> None:
        by_id = (("_id", 1),)
        assert await store.values(Card, {"colour": "blue"}, ("_id", "place.country", "tags"), sort=by_id) == [
            ("c", "GB", ["x"]),
            ("d", "FR", []),
        ]
        assert await store.values(Card, {}, ("nothing", "place.floor"), sort=by_id, limit=2) == [
            (None, 2),
            (None, None),
        ]
        assert await store.values(Card, {"_id": "b"}, ("since",)) == [("2026-03-02T09:00:00.123456Z",)]

    async def test_its_revision_is_another_whenever_something_is_stored(self, store: S) -> None:
        seen = {(await store.values(Card, {"_id": "a"}, ("_revision",)))[0]}
        for _ in range(3):
            await keep(store, CARDS[0])
            seen |= set(await store.values(Card, {"_id": "a"}, ("_revision",)))
        assert len(seen) == 4

    async def test_each_element_of_a_list_stands_for_itself(self, store: S) -> None:
        order = (("meetings.number", -1), ("_id", 1))
        every = await store.values(
            Card, {"colour": "red"}, ("_id", "meetings.outcome"), each="meetings", sort=order, limit=3
        )
        assert every == [("a", "missed"), ("b", "planned"), ("a", "held")]
        where = {"colour": "red", "meetings.outcome": {"$ne": "held"}, "meetings.number": {"$gte": 2}}
        some = await store.values(Card, where, ("_id", "meetings"), each="meetings", sort=(("_id", 1),))
        assert some == [("a", {"number": 2, "outcome": "missed"}), ("b", {"number": 2, "outcome": "planned"})]
        assert await store.values(Card, {"colour": "blue"}, ("_id",), each="meetings") == []

    async def test_how_many_there_are_of_each(self, store: S) -> None:
        assert await store.counts(Card, {}, by=("colour",)) == {("red",): 2, ("blue",): 2}
        assert await store.counts(Card, {"held": {"$lt": 3}}, by=("place.country", "open")) == {
            ("FR", False): 1,
            ("GB", False): 1,
            ("FR", True): 1,
        }
        assert await store.counts(Card, {}, by=("place.floor",)) == {(None,): 3, (2,): 1}
        assert await store.counts(Card, {"colour": "green"}, by=("colour",)) == {}
        outcomes = await store.counts(Card, {}, by=("meetings.outcome",), each="meetings")
        assert outcomes == {("held",): 2, ("missed",): 1, ("planned",): 1}
        later = await store.counts(
            Card, {"meetings.number": 2, "colour": "red"}, by=("meetings.outcome", "colour"), each="meetings"
        )
        assert later == {("missed", "red"): 1, ("planned", "red"): 1}

    async def test_how_many_different_ones_there_are(self, store: S) -> None:
        assert await store.different(Card, {}, ("left", "right")) == 4
        assert await store.different(Card, {"held": {"$gt": 0}}, ("left", "right")) == 3
        assert await store.different(Card, {"_id": "d"}, ("left", "nothing")) == 0
