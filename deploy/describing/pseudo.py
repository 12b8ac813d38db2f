"""The pseudo-languages: English in accents, a third longer and in brackets, so that what is not translated is seen;
and English from right to left, so that it is seen what does not mirror."""

import re

PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ACCENTED = "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž"
_ACCENTS = str.maketrans(PLAIN, ACCENTED)
KEPT = re.compile(r"(%\(\w+\)s|%%|</?\w[^>]*>|&\w+;)")
"""Placeholders, markup and entities stay as they are."""
RIGHT, AS_BEFORE = "\u200f\u202e", "\u202c\u200f"
"""What Unicode calls right-to-left override, and its end, between marks that are from right to left themselves."""
WORDS = re.compile(r"[^\W_]+")
FILLING = "ŀöŕéɱ îþšûɱ ðöļöŕ šîţ åɱéţ çöñšéçţéţûŕ "


def pseudo(sentence: str) -> str:
    """The sentence in the pseudo-language."""
    pieces = KEPT.split(sentence)
    told = "".join(piece if nth % 2 else piece.translate(_ACCENTS) for nth, piece in enumerate(pieces))
    letters = sum(len(piece) for piece in pieces[::2])
    return f"⟦{told}{_filling(letters // 3 + 1)}⟧"


def mirrored(sentence: str) -> str:
    """The sentence from right to left, word by word: letters stay what they are, so that it can be read backwards."""
    pieces = enumerate(KEPT.split(sentence))
    return "".join(piece if nth % 2 else WORDS.sub(rf"{RIGHT}\g<0>{AS_BEFORE}", piece) for nth, piece in pieces)


def _filling(length: int) -> str:
    text = " " + FILLING * (length // len(FILLING) + 1)
    return text[:length].rstrip() or "·"
