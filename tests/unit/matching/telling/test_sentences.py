"""Everything a round can say has its sentence, and every sentence reaches the translators."""

import re
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from typing_extensions import override

from deploy.describing.errors import placeholders, variants
from services.matching.app import service
from services.matching.explaining import obstacles
from services.matching.markets.outcome import Alternative, Certificate, Door, Opening, Price, Wanted, Worth
from services.matching.pairs.rechecking import ONCE
from services.matching.rules import asking, reasons, rules
from services.matching.telling import sentences
from shared.domain.marking import Addressed, Sentence
from shared.language.matching import Criterion
from shared.language.reasons import Fact
from shared.web.wording import PSEUDO, Say, Saying

SERVICE = Path(sentences.__file__).parents[1]
ENGLISH = service.spoken.say()
THEY = re.compile(r"\b(they|them|their)\b", re.IGNORECASE)


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

    def __call__(self, sentence: Sentence, /, **facts: Fact) -> str:
        self.said |= {sentence} if isinstance(sentence, str) else set(sentence)
        assert {name for one in variants(sentence) for name in placeholders(one)} <= facts.keys()
        return ENGLISH(sentence, **facts)


def certificate(people: int, returning: int = 0, **facts: Any) -> Certificate:
    worth = Worth(people=people, returning=returning, points=10)
    return Certificate(
        reached=worth, bound=worth, **({"gap": 0, "allowed": 3, "looked_at": 3, "pools": 1, "fairest": True} | facts)
    )


def price(**facts: Any) -> Price:
    plain: dict[str, Any] = {"kind": "topic", "value": "x", "mentors": 2, "unmatched": 2, "people": 1.5, "points": 7}
    return Price(**(plain | facts))


def everything(say: Say) -> list[str]:
    """Each sentence at least once, for one and for several."""
    kinds, numbers = ("topic", "language", "country"), (1, 2)
    return [
        *(text for you in (True, False) for text in addressed(say, you)),
        *(sentences.door(Door(rule="topic", closed=closed, alone=closed // 3), say) for closed in (1, 6)),
        sentences.door(Door(rule="topic", closed=1, alone=1), say),
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
    ]


def addressed(say: Say, you: bool) -> list[str]:
    """Each sentence about somebody at least once, as they read it themselves or as others do."""
    return [
        *(sentences.waits((code,), say, you) for code in reasons.SENTENCES),
        sentences.waits(("language", "topic"), say, you),
        *(sentences.told(broken, say, you) for broken in reasons.BROKEN.values()),
        *(sentences.door(Door(rule=code, closed=3, alone=1), say, you) for code in obstacles.codes()),
        *(
            sentences.opening(Opening(rule=rule.code, value="fr", doors=doors), say, you)
            for rule in rules.HARD
            if rule.change
            for doors in (1, 2)
        ),
        *(sentences.told(asking.words(Criterion(rule=rule.code, points=1)), say, you) for rule in rules.SOFT),
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
        for name in ("rules/rules.py", "rules/reasons.py", "telling/sentences.py", "rules/changes.py")
        for _line, found, *_rest in extract_from_file("python", SERVICE / name, keywords=DEFAULT_KEYWORDS)
        for part in ([found] if isinstance(found, str) else found)
    }
    assert marked - recorder.said == set()


def test_sentences_are_whole_and_without_placeholders() -> None:
    for sentence in everything(ENGLISH):
        assert sentence and not re.search(r"[{}%]", sentence), sentence
        assert "  " not in sentence and (sentence[0].isupper() or sentence[0].isdigit())


def test_every_obstacle_and_reason_has_a_sentence_of_its_own() -> None:
    assert set(obstacles.codes()) <= reasons.SENTENCES.keys()
    for you in (True, False):
        assert len({sentences.waits((code,), ENGLISH, you) for code in reasons.SENTENCES}) == len(reasons.SENTENCES)
    codes = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert codes <= reasons.SENTENCES.keys()


def test_several_rules_are_told_one_by_one() -> None:
    both = sentences.waits(("language", "topic"), ENGLISH)
    assert all(sentences.waits((code,), ENGLISH) in both for code in ("language", "topic"))
    assert both.startswith("Several rules together left nobody. Even for the closest matches: They share no")
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
        return ("%(count)s osoba", "%(count)s osoby", "%(count)s osób")[form]


@pytest.mark.parametrize(("doors", "words"), [(1, "1 osoba"), (3, "3 osoby"), (5, "5 osób"), (23, "23 osoby")])
def test_the_readers_language_chooses_the_plural(doors: int, words: str) -> None:
    say = Saying("pl", Polish(), {})
    assert sentences.opening(Opening(rule="language", value="fr", doors=doors), say) == words
    assert sentences.waits(("untrained",), say) == f"pl: {sentences.waits(('untrained',), ENGLISH)}"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Opening(rule="language", value="fr", doors=1),
            "If they also spoke French, one more person would suit them.",
        ),
        (Opening(rule="training", value="", doors=12), "Once they have done the training, 12 more people suit them."),
        (
            Opening(rule="topic", value="vision", doors=2),
            "With “Vision” as one more topic, 2 more people would suit them.",
        ),
    ],
)
def test_a_change_in_words(found: Opening, words: str) -> None:
    assert sentences.opening(found, ENGLISH) == words


def test_what_is_known_in_words() -> None:
    door = sentences.door(Door(rule="language", closed=12, alone=3), ENGLISH)
    assert door.endswith("This excludes 12 people. For 3 of them there is no other obstacle.")
    assert sentences.door(Door(rule="language", closed=1, alone=1), ENGLISH).endswith("There is no other obstacle.")
    assert sentences.price(price(mentors=0, unmatched=1), ENGLISH) == (
        "No mentor with a place teaches “x”. One mentee left over wants to learn it."
    )
    assert "1.5 more people a partner" in sentences.price(price(), ENGLISH)
    assert sentences.wanted(Wanted(topic="a", language="b", country="C", mentors=4), ENGLISH) == (
        "4 more mentors (C) who speak b and teach “a” would give 4 more mentees a partner. "
        "All other pairs could stay as they are."
    )


def test_an_alternative_tells_the_greatest_loss_alone() -> None:
    told = [sentences.alternative(found, ENGLISH) for found in ALTERNATIVES]
    assert told[0] == "The rules leave them no other partner."
    assert "at least one more person" in told[1] and "at least 2 more people" in told[2]
    assert told[5].endswith("just as good for the round.") and "at least 30 points" in told[6]
    assert all("-3" not in each for each in told)


def test_a_proof_claims_no_more_than_was_proven() -> None:
    most, returning, total, open_ = (sentences.certificate(found, ENGLISH) for found in CERTIFICATES)
    assert "more people a partner" in most and "last pair ended" not in most and "all 3 pairs" in most
    assert "last pair ended" in returning and "the one pair" in returning
    assert "people" not in total and "lowest pair" not in total
    assert open_.startswith("It is not proven") and "40 points" in open_


def test_whoever_reads_of_themselves_is_addressed() -> None:
    yours, theirs = addressed(ENGLISH, you=True), addressed(ENGLISH, you=False)
    differ = [(you, they) for you, they in zip(yours, theirs, strict=True) if you != they]
    assert all(re.search(r"\byou", you, re.IGNORECASE) and not re.search(r"\byou", they) for you, they in differ)


def test_nobody_reads_of_themselves_as_of_others() -> None:
    """Whether rules that are asked only when a pair is made keep two apart is told to managers alone."""
    read = {code: sentence for code, sentence in reasons.BROKEN.items() if code not in ONCE}
    said = [*reasons.SENTENCES.values(), *read.values(), *(rule.sentence for rule in rules.SOFT)]
    plain = {each for each in said if not isinstance(each, Addressed)}
    assert {each for each in plain if THEY.search(str(each))} == {reasons.SENTENCES["capacity"]}, "they are others"


@pytest.mark.parametrize(
    ("because", "words"),
    [
        (("untrained",), "You have not done the training for your role yet."),
        (("language",), "You share no language with those who would suit you."),
        (
            ("language", "same-unit"),
            "Several rules together left nobody. Even for the closest matches: "
            "You share no language with those who would suit you. "
            "Those who would suit you work in the same unit as you.",
        ),
    ],
)
def test_why_you_have_no_partner(because: reasons.Because, words: str) -> None:
    assert sentences.waits(because, ENGLISH, you=True) == words


def test_what_you_could_change() -> None:
    found = Opening(rule="language", value="fr", doors=2)
    assert sentences.opening(found, ENGLISH, you=True) == "If you also spoke French, 2 more people would suit you."


def test_all_of_it_is_translated() -> None:
    pseudo = service.spoken.say(PSEUDO)
    assert [text for text in everything(pseudo) if text[0] != "⟦"] == []
