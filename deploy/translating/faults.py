"""What is wrong in a translation that a program can see: facts, plurals, signs, and terms of the glossary."""

import re
from collections.abc import Iterator

from babel.messages.plurals import get_plural

from deploy.translating.catalogued import Entry
from deploy.translating.glossary import PLACEHOLDER, glossary
from shared.web.wording import SOURCE, locale

WRITTEN: dict[str, dict[str, str]] = {
    "de": {
        r"[«»”]": "quotation marks are „ and “",
        r"“(?=\w)": "a quotation begins with „",
    },
    "fr": {
        r"(?<!\u202f)[;!?»]": "a narrow no-break space stands before ; ! ? »",
        r"(?<!\u202f):(?= |$)": "a narrow no-break space stands before :",
        r"«(?!\u202f)": "a narrow no-break space stands after «",
        r"[„“”]": "quotation marks are « and »",
    },
    "it": {r"[„“”]": "quotation marks are « and »", r"« | »": "no space stands within « »"},
    "es": {
        r"[„“”]": "quotation marks are « and »",
        r"« | »": "no space stands within « »",
        r"^[^¿]*\?": "a question begins with ¿",
    },
    "ro": {
        r"[«»“]": "quotation marks are „ and ”",
        r"[şţŞŢ]": "ș and ț have a comma below",
        r"”(?=\w)": "a quotation begins with „",
    },
}
"""Language → what must not be found → what is right."""
DAYS = {day for width in ("abbreviated", "wide") for day in locale(SOURCE).days["format"][width].values()}
EVERYWHERE = {
    r"  ": "two spaces stand together",
    r"^\s|\s$": "a space stands at the beginning or the end",
    r"['\"]": "apostrophes are ’, and quotation marks those of the language",
    r"\.\.\.": "an ellipsis is …",
}


def faults(entry: Entry) -> Iterator[str]:
    """Each in words; nothing else is said of what is not translated."""
    if not all(entry.said) or not entry.said:
        yield "is not translated"
        return
    yield from _forms(entry)
    for form in entry.said:
        yield from _facts(entry, form)
        yield from (right for wrong, right in (EVERYWHERE | WRITTEN[entry.language]).items() if re.search(wrong, form))
        if _is_capital(entry.source[0]) and _begins(form).islower():
            yield "begins with a small letter"
        if entry.source[0][-1] in ".?!…" and form[-1] not in ".?!…":
            yield "ends without the sign that the English ends with"
    words = glossary(entry.language)
    for term in words.not_kept(entry.source, entry.said):
        if not any((term, form) in words.otherwise for form in entry.source):
            yield f"says «{term}» in another way than the glossary"


def _forms(entry: Entry) -> Iterator[str]:
    wanted = 1 if len(entry.source) == 1 else get_plural(locale(entry.language)).num_plurals
    if len(entry.said) != wanted:
        yield f"has {len(entry.said)} forms of the plural, not {wanted}"


def _facts(entry: Entry, form: str) -> Iterator[str]:
    """The form about one may leave out the count: it is said in a word."""
    named = set(PLACEHOLDER.findall(form))
    everywhere = set.intersection(*(set(PLACEHOLDER.findall(each)) for each in entry.source))
    anywhere = {fact for each in entry.source for fact in PLACEHOLDER.findall(each)}
    wanted = everywhere if len(entry.source) == 1 or form == entry.said[0] else anywhere
    if missing := wanted - named:
        yield f"leaves out {', '.join(sorted(missing))}"
    if unknown := named - anywhere:
        yield f"names {', '.join(sorted(unknown))}, which the English does not"
    if "%" in PLACEHOLDER.sub("", form).replace("%%", ""):
        yield "has a per cent sign that is not doubled"


def _is_capital(source: str) -> bool:
    """Whether it begins with a capital letter because it is a sentence: English days and HR always do."""
    return _begins(source).isupper() and source not in DAYS and not source.startswith("HR")


def _begins(form: str) -> str:
    """The first letter, but for facts; empty where it is a number or nothing."""
    found = re.match(r"\W*(\w)", form)
    return found[1] if found and not form.startswith(("%(", "“%(", "«%(", "„%(", "«\u202f%(")) else ""
