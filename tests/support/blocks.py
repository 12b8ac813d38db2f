"""A font in which every letter is a block: a page set in it looks the same on every machine."""

from functools import cache
from io import BytesIO
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

EM, ASCENT, DESCENT = 1000, 800, -200
WIDTH, SPACE = 520, 260
LETTERS = (
    range(0x21, 0x250),
    range(0x2010, 0x2040),
    range(0x20A0, 0x20C0),
    range(0x2190, 0x2200),
    range(0x2500, 0x2800),
)
BLANKS = (0x20, 0xA0, 0x202F)


@cache
def block_font() -> bytes:
    """As TrueType."""
    font = FontBuilder(EM, isTTF=True)
    glyphs = {".notdef": _block(), "block": _block(), "space": TTGlyphPen(None).glyph()}
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap({each: "block" for some in LETTERS for each in some} | dict.fromkeys(BLANKS, "space"))
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({".notdef": (WIDTH, 40), "block": (WIDTH, 40), "space": (SPACE, 0)})
    font.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    font.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    font.setupNameTable({"familyName": "Blocks", "styleName": "Regular"})
    font.setupPost()
    made = BytesIO()
    font.save(made)
    return made.getvalue()


def _block() -> Any:
    pen = TTGlyphPen(None)
    pen.moveTo((40, 0))
    for corner in ((40, 500), (WIDTH - 40, 500), (WIDTH - 40, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()
