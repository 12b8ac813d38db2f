"""What comes from outside, as it may stand on a terminal."""

import json


def printable(text: str) -> str:
    """The text with every character that is no visible one, or a plain space, spelled out as JSON spells it.

    So no escape sequence does anything, nothing runs backwards, columns stay where they are, half characters
    (surrogates) can be written, and an unusual space is seen. Inside a JSON string it stays the same text.
    """
    return "".join(each if each.isprintable() else _spelled(each) for each in text)


def _spelled(character: str) -> str:
    return r"\u007f" if character == "\x7f" else json.dumps(character)[1:-1]  # JSON would leave «delete» as it is
