"""Everything a round can say has its sentence, and every sentence reaches the translators."""

import re
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from typing_extensions import override

from services.matching.api import sentences
from services.matching.explaining import obstacles
from services.matching.markets.outcome import Alternative, Certificate, Door, Opening, Price, Wanted, Worth
from services.matching.rules import asking, reasons, rules
from shared.language.matching import Criterion

SERVICE = Path(sentences.__file__).parents[1]


def extracted() -> set[str]:
    """What ``pybabel extract`` finds in the service by the keywords it knows by itself."""
    found: set[str] = set()
    for path in sorted(SERVICE.rglob("*.py")):
        for _line, message, _comments, _context in extract_from_file("python", path, keywords=DEFAULT_KEYWORDS):
            found |= {message} if isinstance(message, str) else set(message)
    return found


class Recorder:
    """Says everything in English, and remembers what there is to translate."""

    def __init__(self) -> None:
        self.said: set[str] = set()

    def __call__(self, one: str, several: str = "", number: int = 1, /) -> str:
        self.said |= {one, several} - {""}
        return sentences.ENGLISH(one, several, number)


def certificate(people: int, returning: int = 0, **facts: Any) -> Certificate:
    worth = Worth(people=people, returning=returning, points=10)
    return Certificate(
        reached=worth, bound=worth, **({"gap": 0, "allowed": 3, "looked_at": 3, "pools": 1, "fairest": True} | facts)
    )


def price(**facts: Any) -> Price:
    plain: dict[str, Any] = {"kind": "topic", "value": "x", "mentors": 2, "unmatched": 2, "people": 1.5, "points": 7}
    return Price(**(plain | facts))


def everything(say: sentences.Say) -> list[str]:
    """Each sentence at least once, for one and for several."""
    kinds, numbers = ("topic", "language", "country"), (1, 2)
    return [
        *(reasons.sentence((code,), say) for code in reasons.SENTENCES),
        reasons.sentence(("language", "topic"), say),
        *map(say, reasons.BROKEN.values()),
        *(sentences.door(Door(rule=code, closed=3, alone=1), say) for code in obstacles.codes()),
        *(sentences.door(Door(rule="topic", closed=closed, alone=closed // 3), say) for closed in (1, 6)),
        sentences.door(Door(rule="topic", closed=1, alone=1), say),
        *(
            sentences.opening(Opening(rule=rule.code, value="fr", doors=doors), say)
            for rule in rules.HARD
            if rule.change
            for doors in numbers
        ),
        *(
            sentences.price(price(kind=kind, mentors=mentors, unmatched=unmatched), say)
            for kind in kinds
            for mentors in (0, *numbers)
            for unmatched in (0, *numbers)
        ),
        sentences.price(price(people=0), say),
        sentences.price(price(people=0, points=0), say),
        *(sentences.wanted(Wanted(topic="a", language="b", country="C", mentors=mentors), say) for mentors in numbers),
        *(sentences.alternative(found, say) for found in ALTERNATIVES),
        *(sentences.certificate(found, say) for found in CERTIFICATES),
        *(say(asking.words(Criterion(rule=rule.code, points=1))) for rule in rules.SOFT),
    ]


ALTERNATIVES = [
    None,
    *(Alternative(partner_id="p", score=7, people=people, points=-3) for people in (1, 2)),
    *(Alternative(partner_id="p", score=7, people=0, returning=returning, points=-3) for returning in (1, 2)),
    *(Alternative(partner_id="p", score=7, people=0, points=points) for points in (0, 30)),
]
CERTIFICATES = [
    certificate(2),
    certificate(2, 1, allowed=1),
    certificate(0, fairest=False),
    certificate(2, gap=40),
]


def test_every_sentence_reaches_the_translators() -> None:
    recorder = Recorder()
    everything(recorder)
    assert recorder.said - extracted() == set()


def test_every_sentence_marked_in_these_files_is_said() -> None:
    recorder = Recorder()
    everything(recorder)
    marked = {
        part
        for name in ("rules/rules.py", "rules/reasons.py", "api/sentences.py", "rules/changes.py")
        for _line, found, *_rest in extract_from_file("python", SERVICE / name, keywords=DEFAULT_KEYWORDS)
        for part in ([found] if isinstance(found, str) else found)
    }
    assert marked - recorder.said == set()


def test_sentences_are_whole_and_without_placeholders() -> None:
    for sentence in everything(sentences.ENGLISH):
        assert sentence and not re.search(r"[{}]", sentence), sentence
        assert "  " not in sentence and (sentence[0].isupper() or sentence[0].isdigit())


def test_every_obstacle_and_reason_has_a_sentence_of_its_own() -> None:
    assert set(obstacles.codes()) <= reasons.SENTENCES.keys()
    assert len(set(reasons.SENTENCES.values())) == len(reasons.SENTENCES)
    codes = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert codes <= reasons.SENTENCES.keys()


def test_several_rules_are_told_one_by_one() -> None:
    both = reasons.sentence(("language", "topic"))
    assert reasons.SENTENCES["language"] in both and reasons.SENTENCES["topic"] in both
    assert reasons.code(("language", "topic")) == reasons.SEVERAL
    assert reasons.count([("topic",), ("language", "topic"), ("topic",)]) == {"several-rules": 1, "topic": 2}


class Polish(NullTranslations):
    """A language with more than one plural."""

    @override
    def gettext(self, message: str) -> str:
        return f"pl: {message}"

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        form = 0 if n == 1 else 1 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 2
        return ("{doors} osoba", "{doors} osoby", "{doors} osób")[form]


@pytest.mark.parametrize(("doors", "words"), [(1, "1 osoba"), (3, "3 osoby"), (5, "5 osób"), (23, "23 osoby")])
def test_the_readers_language_chooses_the_plural(doors: int, words: str) -> None:
    say = sentences.saying(Polish())
    assert sentences.opening(Opening(rule="language", value="fr", doors=doors), say) == words
    assert reasons.sentence(("untrained",), say) == f"pl: {reasons.SENTENCES['untrained']}"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Opening(rule="language", value="fr", doors=1),
            "If they also spoke «fr», one more person would suit them.",
        ),
        (Opening(rule="training", value="", doors=12), "Once they have done the training, 12 more people suit them."),
        (
            Opening(rule="topic", value="vision", doors=2),
            "With «vision» as one more topic, 2 more people would suit them.",
        ),
    ],
)
def test_a_change_in_words(found: Opening, words: str) -> None:
    assert sentences.opening(found) == words


def test_what_is_known_in_words() -> None:
    door = sentences.door(Door(rule="language", closed=12, alone=3))
    assert door.endswith("This keeps 12 people away. For 3 of them there is no other obstacle.")
    assert sentences.door(Door(rule="language", closed=1, alone=1)).endswith("There is no other obstacle.")
    assert sentences.price(price(mentors=0, unmatched=1)) == (
        "No mentor with a place teaches «x». One mentee left over wants to learn it."
    )
    assert "1.5 more people a partner" in sentences.price(price())
    assert sentences.wanted(Wanted(topic="a", language="b", country="C", mentors=4)) == (
        "4 more mentors in «C» who speak «b» and teach «a» would give 4 more mentees a partner. "
        "All other pairs could stay as they are."
    )


def test_an_alternative_tells_the_greatest_loss_alone() -> None:
    told = [sentences.alternative(found) for found in ALTERNATIVES]
    assert told[0] == "The rules leave them no other partner."
    assert "at least one more person" in told[1] and "at least 2 more people" in told[2]
    assert told[5].endswith("just as good for the round.") and "at least 30 points" in told[6]
    assert all("-3" not in each for each in told)


def test_a_proof_claims_no_more_than_was_proven() -> None:
    most, returning, total, open_ = map(sentences.certificate, CERTIFICATES)
    assert "more people a partner" in most and "last pair ended" not in most and "all 3 pairs" in most
    assert "last pair ended" in returning and "the one pair" in returning
    assert "people" not in total and "lowest pair" not in total
    assert open_.startswith("It is not proven") and "40 points" in open_
