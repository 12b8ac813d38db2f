"""Marks sentences for translation where they stand; where they are shown they are put into the reader's language.

Both functions bear the names that ``pybabel extract`` looks for by itself.
"""


def _(sentence: str) -> str:
    """Marks a sentence."""
    return sentence


def ngettext(one: str, several: str) -> tuple[str, str]:
    """Marks a sentence about one and its plural."""
    return one, several
