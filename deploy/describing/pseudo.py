"""The pseudo-language: English in accents, a third longer and in brackets, so that what is not translated is seen."""

import re

PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ACCENTED = "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž"
_ACCENTS = str.maketrans(PLAIN, ACCENTED)
KEPT = re.compile(r"(%\(\w+\)s|%%|</?\w[^>]*>|&\w+;)")
"""Placeholders, markup and entities stay as they are."""
FILLING = "ŀöŕéɱ îþšûɱ ðöļöŕ šîţ åɱéţ çöñšéçţéţûŕ "


def pseudo(sentence: str) -> str:
    """The sentence in the pseudo-language."""
    pieces = KEPT.split(sentence)
    told = "".join(piece if nth % 2 else piece.translate(_ACCENTS) for nth, piece in enumerate(pieces))
    letters = sum(len(piece) for piece in pieces[::2])
    return f"⟦{told}{_filling(letters // 3 + 1)}⟧"


def _filling(length: int) -> str:
    text = " " + FILLING * (length // len(FILLING) + 1)
    return text[:length].rstrip() or "·"
