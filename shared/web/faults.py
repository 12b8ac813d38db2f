"""What is wrong with a field of a request, in the reader's language: a sentence for every fault pydantic finds.

They say what is expected, and go on where the field's name ended, so they have no full stop. Types of our own bring
codes of their own, whose sentences stand with those of all refusals.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice
from typing import Any

from shared.domain.marking import Sentence, _, ngettext
from shared.language.reasons import AnyOf, Fact, Reason
from shared.language.values.lines import shown
from shared.web.sentences import Sentences

MOST_FAULTS = 50
"""Faults that are told of one request; the others are counted."""
MORE = "more"
"""How many there are where pydantic stops counting."""

COUNTED = {
    "bytes_too_long": "max_length",
    "bytes_too_short": "min_length",
    "decimal_max_digits": "max_digits",
    "decimal_max_places": "decimal_places",
    "decimal_whole_digits": "whole_digits",
    "string_too_long": "max_length",
    "string_too_short": "min_length",
    "too_long": "max_length",
    "too_short": "min_length",
    "url_too_long": "max_length",
}
"""Fault → its fact that counts."""

A_DATE = _("must be a date, such as 2026-03-02")
A_DURATION = _("must be a duration, such as P3D")
A_LIST = _("must be a list")
A_MOMENT = _("must be a time with its offset from UTC, such as 2026-03-02T10:15:00+01:00")
A_NUMBER = _("must be a number")
A_TIME = _("must be a time of day, such as 09:00")
A_URL = _("must be an address, such as https://company.example")
A_UUID = _("must be a UUID")
A_WHOLE_NUMBER = _("must be a whole number")
AN_OBJECT = _("must be an object, with a name for every value")
EARLIER, LATER = _("must be in the past"), _("must be in the future")
ONE_OF = _("must be %(expected)s")
TEXT = _("must be text")
TOO_DEEP = _("is nested too deeply")
TRUE_OR_FALSE = _("must be true or false")
AT_MOST_CHARACTERS = ngettext("must have at most %(count)s character", "must have at most %(count)s characters")
AT_LEAST_CHARACTERS = ngettext("must have at least %(count)s character", "must have at least %(count)s characters")

FAULTS: Mapping[str, Sentence] = {
    "bool_parsing": TRUE_OR_FALSE,
    "bool_type": TRUE_OR_FALSE,
    "bytes_invalid_encoding": TEXT,
    "bytes_too_long": AT_MOST_CHARACTERS,
    "bytes_too_short": AT_LEAST_CHARACTERS,
    "bytes_type": TEXT,
    "date_from_datetime_inexact": A_DATE,
    "date_from_datetime_parsing": A_DATE,
    "date_future": LATER,
    "date_parsing": A_DATE,
    "date_past": EARLIER,
    "date_type": A_DATE,
    "datetime_from_date_parsing": A_MOMENT,
    "datetime_future": LATER,
    "datetime_object_invalid": A_MOMENT,
    "datetime_parsing": A_MOMENT,
    "datetime_past": EARLIER,
    "datetime_type": A_MOMENT,
    "decimal_max_digits": ngettext("must have at most %(count)s digit", "must have at most %(count)s digits"),
    "decimal_max_places": ngettext(
        "must have at most %(count)s decimal place", "must have at most %(count)s decimal places"
    ),
    "decimal_parsing": A_NUMBER,
    "decimal_type": A_NUMBER,
    "decimal_whole_digits": ngettext(
        "must have at most %(count)s digit before the decimal point",
        "must have at most %(count)s digits before the decimal point",
    ),
    "dict_type": AN_OBJECT,
    "enum": ONE_OF,
    "extra_forbidden": _("is not known here: leave it out"),
    "finite_number": _("must be a finite number"),
    "float_parsing": A_NUMBER,
    "float_type": A_NUMBER,
    "frozen_set_type": A_LIST,
    "greater_than": _("must be more than %(gt)s"),
    "greater_than_equal": _("must be at least %(ge)s"),
    "int_from_float": A_WHOLE_NUMBER,
    "int_parsing": A_WHOLE_NUMBER,
    "int_parsing_size": _("must be a whole number of fewer digits"),
    "int_type": A_WHOLE_NUMBER,
    "invalid_key": _("must have a text as the name of every value"),
    "iterable_type": A_LIST,
    "json_invalid": _("is no JSON that can be read"),
    "less_than": _("must be less than %(lt)s"),
    "less_than_equal": _("must be at most %(le)s"),
    "list_type": A_LIST,
    "literal_error": ONE_OF,
    "mapping_type": AN_OBJECT,
    "missing": _("is missing"),
    "model_attributes_type": AN_OBJECT,
    "model_type": AN_OBJECT,
    "multiple_of": _("must be a multiple of %(multiple_of)s"),
    "none_required": _("must be null"),
    "recursion_depth_exceeded": TOO_DEEP,
    "recursion_loop": TOO_DEEP,
    "set_item_not_hashable": _("must be a list without lists or objects in it"),
    "set_type": A_LIST,
    "string_not_ascii": _("must be text of unaccented letters, digits and signs"),
    "string_pattern_mismatch": _("must be of the form %(pattern)s"),
    "string_too_long": AT_MOST_CHARACTERS,
    "string_too_short": AT_LEAST_CHARACTERS,
    "string_type": TEXT,
    "string_unicode": _("must be text of whole characters"),
    "time_delta_parsing": A_DURATION,
    "time_delta_type": A_DURATION,
    "time_parsing": A_TIME,
    "time_type": A_TIME,
    "timezone_aware": A_MOMENT,
    "timezone_naive": _("must be a time without an offset, such as 2026-03-02T10:15:00"),
    "timezone_offset": A_MOMENT,
    "too_long": ngettext(
        "must have at most %(count)s item, not %(actual_length)s",
        "must have at most %(count)s items, not %(actual_length)s",
    ),
    "too_short": ngettext(
        "must have at least %(count)s item, not %(actual_length)s",
        "must have at least %(count)s items, not %(actual_length)s",
    ),
    "tuple_type": A_LIST,
    "union_tag_invalid": _("must say in %(discriminator)s which of these it is: %(expected_tags)s"),
    "union_tag_not_found": _("must say which it is in %(discriminator)s"),
    "url_parsing": A_URL,
    "url_scheme": A_URL,
    "url_syntax_violation": A_URL,
    "url_too_long": AT_MOST_CHARACTERS,
    "url_type": A_URL,
    "uuid_parsing": A_UUID,
    "uuid_type": A_UUID,
    "uuid_version": A_UUID,
}


def told(errors: Iterable[Mapping[str, Any]], sentences: Sentences, language: str) -> list[dict[str, Any]]:
    """The first ``MOST_FAULTS`` as they stand in a problem document: where, in words, and as a code with facts."""
    return [{"field": _field(error), **explained(error, sentences, language)} for error in islice(errors, MOST_FAULTS)]


def _field(error: Mapping[str, Any]) -> str:
    """The path of the field; what is not JSON has no fields, only a place. Names that somebody made up are cut."""
    where, *path = error["loc"] or ("body",)
    if error["type"] == "json_invalid":
        return ", character ".join(map(str, [where, *path]))
    return ".".join(shown(str(part)) for part in (path if where == "body" else [where, *path])) or "body"


def explained(error: Mapping[str, Any], sentences: Sentences, language: str) -> dict[str, Any]:
    """What is wrong in words, and as a code with facts."""
    kind, facts = str(error["type"]), _facts(error)
    reason = Reason(kind, **facts)
    said = {"code": kind.replace("_", "-"), "facts": reason.plain_facts}
    if kind in FAULTS:
        counted = {"count": facts[COUNTED[kind]]} if kind in COUNTED else {}
        return {"problem": sentences.say(language)(FAULTS[kind], **{**facts, **counted}), **said}
    known = kind in sentences.by_code
    return {"problem": sentences.explain(reason, language) if known else error["msg"], **said}


def _facts(error: Mapping[str, Any]) -> dict[str, Fact]:
    """What pydantic tells beside the fault; where it stopped counting it is «more»."""
    told = error.get("ctx") or {}
    facts: dict[str, Fact] = {
        name: fact if isinstance(fact, str | int | float | date) else str(fact or MORE) for name, fact in told.items()
    }
    if "expected" in facts:
        facts["expected"] = AnyOf(_listed(str(facts["expected"])))
    return facts


def _listed(expected: str) -> list[str]:
    """Of ``'a', 'b' or 'c'``, of ``30 or 45``, of members of an enumeration as Python writes them."""
    return re.findall("'([^']*)'", expected) or re.split(", | or ", expected)
