"""Which language whoever sits at the terminal reads, as gettext finds it out."""

from collections.abc import Iterator, Mapping

NONE = ("C", "POSIX")


def accepted(environment: Mapping[str, str]) -> str:
    """An Accept-Language header: of LANGUAGE (several), LC_ALL, LC_MESSAGES and LANG the first that is set, else
    English."""
    return ", ".join(dict.fromkeys([*_wanted(environment), "en"]))


def _wanted(environment: Mapping[str, str]) -> Iterator[str]:
    set_first = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    spoken = _spelled(set_first)
    if spoken:  # a terminal without a language has none, whatever LANGUAGE says
        yield from filter(None, map(_spelled, environment.get("LANGUAGE", "").split(":")))
        yield spoken


def _spelled(locale: str) -> str:
    """«de_DE.UTF-8» as headers have it; nothing where it is no language, or could not stand in a header."""
    language = locale.partition(".")[0].partition("@")[0].replace("_", "-")
    return language if language not in NONE and language.replace("-", "").isalnum() and language.isascii() else ""
