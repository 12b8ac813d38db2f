"""What is wrong with a field of a request, in the reader's language: a sentence for every fault pydantic finds.

Its own English ones are taken over word for word. They go on where the field's name ended, so they have no full stop.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.domain.marking import Sentence, _, ngettext
from shared.language.reasons import Fact, Reason
from shared.web.sentences import Sentences

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

ONE_OF = _("Input should be %(others)s or %(last)s")
"""Where several values are allowed."""
MORE = "more"
"""How many there are where pydantic stops counting."""

FAULTS: Mapping[str, Sentence] = {
    "bool_parsing": _("Input should be a valid boolean, unable to interpret input"),
    "bool_type": _("Input should be a valid boolean"),
    "bytes_invalid_encoding": _("Data should be valid %(encoding)s: %(encoding_error)s"),
    "bytes_too_long": ngettext("Data should have at most %(count)s byte", "Data should have at most %(count)s bytes"),
    "bytes_too_short": ngettext(
        "Data should have at least %(count)s byte", "Data should have at least %(count)s bytes"
    ),
    "bytes_type": _("Input should be a valid bytes"),
    "date_from_datetime_inexact": _("Datetimes provided to dates should have zero time - e.g. be exact dates"),
    "date_from_datetime_parsing": _("Input should be a valid date or datetime, %(error)s"),
    "date_future": _("Date should be in the future"),
    "date_parsing": _("Input should be a valid date in the format YYYY-MM-DD, %(error)s"),
    "date_past": _("Date should be in the past"),
    "date_type": _("Input should be a valid date"),
    "datetime_from_date_parsing": _("Input should be a valid datetime or date, %(error)s"),
    "datetime_future": _("Input should be in the future"),
    "datetime_object_invalid": _("Invalid datetime object, got %(error)s"),
    "datetime_parsing": _("Input should be a valid datetime, %(error)s"),
    "datetime_past": _("Input should be in the past"),
    "datetime_type": _("Input should be a valid datetime"),
    "decimal_max_digits": ngettext(
        "Decimal input should have no more than %(count)s digit in total",
        "Decimal input should have no more than %(count)s digits in total",
    ),
    "decimal_max_places": ngettext(
        "Decimal input should have no more than %(count)s decimal place",
        "Decimal input should have no more than %(count)s decimal places",
    ),
    "decimal_parsing": _("Input should be a valid decimal"),
    "decimal_type": _("Decimal input should be an integer, float, string or Decimal object"),
    "decimal_whole_digits": ngettext(
        "Decimal input should have no more than %(count)s digit before the decimal point",
        "Decimal input should have no more than %(count)s digits before the decimal point",
    ),
    "dict_type": _("Input should be a valid dictionary"),
    "enum": _("Input should be %(expected)s"),
    "extra_forbidden": _("Extra inputs are not permitted"),
    "finite_number": _("Input should be a finite number"),
    "float_parsing": _("Input should be a valid number, unable to parse string as a number"),
    "float_type": _("Input should be a valid number"),
    "frozen_set_type": _("Input should be a valid frozenset"),
    "greater_than": _("Input should be greater than %(gt)s"),
    "greater_than_equal": _("Input should be greater than or equal to %(ge)s"),
    "int_from_float": _("Input should be a valid integer, got a number with a fractional part"),
    "int_parsing": _("Input should be a valid integer, unable to parse string as an integer"),
    "int_parsing_size": _("Unable to parse input string as an integer, exceeded maximum size"),
    "int_type": _("Input should be a valid integer"),
    "invalid_key": _("Keys should be strings"),
    "iterable_type": _("Input should be iterable"),
    "json_invalid": _("JSON decode error"),
    "less_than": _("Input should be less than %(lt)s"),
    "less_than_equal": _("Input should be less than or equal to %(le)s"),
    "list_type": _("Input should be a valid list"),
    "literal_error": _("Input should be %(expected)s"),
    "mapping_type": _("Input should be a valid mapping, error: %(error)s"),
    "missing": _("Field required"),
    "model_attributes_type": _("Input should be a valid dictionary or object to extract fields from"),
    "model_type": _("Input should be a valid dictionary or instance of %(class_name)s"),
    "multiple_of": _("Input should be a multiple of %(multiple_of)s"),
    "none_required": _("Input should be None"),
    "recursion_depth_exceeded": _("Recursion error - maximum validation depth exceeded"),
    "recursion_loop": _("Recursion error - cyclic reference detected"),
    "set_item_not_hashable": _("Set items should be hashable"),
    "set_type": _("Input should be a valid set"),
    "string_not_ascii": _("String should contain only ASCII characters"),
    "string_pattern_mismatch": _("String should match pattern '%(pattern)s'"),
    "string_too_long": ngettext(
        "String should have at most %(count)s character", "String should have at most %(count)s characters"
    ),
    "string_too_short": ngettext(
        "String should have at least %(count)s character", "String should have at least %(count)s characters"
    ),
    "string_type": _("Input should be a valid string"),
    "string_unicode": _("Input should be a valid string, unable to parse raw data as a unicode string"),
    "time_delta_parsing": _("Input should be a valid timedelta, %(error)s"),
    "time_delta_type": _("Input should be a valid timedelta"),
    "time_parsing": _("Input should be in a valid time format, %(error)s"),
    "time_type": _("Input should be a valid time"),
    "timezone_aware": _("Input should have timezone info"),
    "timezone_naive": _("Input should not have timezone info"),
    "timezone_offset": _("Timezone offset of %(tz_expected)s required, got %(tz_actual)s"),
    "too_long": ngettext(
        "%(field_type)s should have at most %(count)s item after validation, not %(actual_length)s",
        "%(field_type)s should have at most %(count)s items after validation, not %(actual_length)s",
    ),
    "too_short": ngettext(
        "%(field_type)s should have at least %(count)s item after validation, not %(actual_length)s",
        "%(field_type)s should have at least %(count)s items after validation, not %(actual_length)s",
    ),
    "tuple_type": _("Input should be a valid tuple"),
    "union_tag_invalid": _(
        "Input tag '%(tag)s' found using %(discriminator)s does not match any of the expected tags: %(expected_tags)s"
    ),
    "union_tag_not_found": _("Unable to extract tag using discriminator %(discriminator)s"),
    "url_parsing": _("Input should be a valid URL, %(error)s"),
    "url_scheme": _("URL scheme should be %(expected_schemes)s"),
    "url_syntax_violation": _("Input violated strict URL syntax rules, %(error)s"),
    "url_too_long": ngettext(
        "URL should have at most %(count)s character", "URL should have at most %(count)s characters"
    ),
    "url_type": _("URL input should be a string or URL"),
    "uuid_parsing": _("Input should be a valid UUID, %(error)s"),
    "uuid_type": _("UUID input should be a string, bytes or UUID object"),
    "uuid_version": _("UUID version %(expected_version)s expected"),
}


def explained(error: Mapping[str, Any], sentences: Sentences, language: str) -> dict[str, Any]:
    """One fault as it stands in a problem document: what is wrong in words, and as a code with facts."""
    kind, facts = str(error["type"]), _facts(error)
    reason = Reason(kind, **facts)
    shown = reason.plain_facts
    if "expected" in facts:
        shown["expected"] = _listed(str(facts["expected"]))
    said = {"code": kind.replace("_", "-"), "facts": shown}
    if kind not in FAULTS:
        known = kind in sentences.by_code
        return {"problem": sentences.explain(reason, language) if known else error["msg"], **said}
    return {"problem": _words(kind, facts, sentences, language), **said}


def _listed(expected: str) -> list[str]:
    """Of ``'a', 'b' or 'c'``, of ``30 or 45``, of members of an enumeration as Python writes them."""
    return re.findall("'([^']*)'", expected) or re.split(", | or ", expected)


def _words(kind: str, facts: dict[str, Fact], sentences: Sentences, language: str) -> str:
    say = sentences.say(language)
    others, among, last = str(facts.get("expected", "")).rpartition(" or ")
    if among:
        return say(ONE_OF, others=others, last=last)
    if kind in COUNTED:
        facts = {**facts, "count": facts[COUNTED[kind]]}
    return say(FAULTS[kind], **facts)


def _facts(error: Mapping[str, Any]) -> dict[str, Fact]:
    """What pydantic tells beside the fault; where it stopped counting it is «more»."""
    told = error.get("ctx") or {}
    return {
        name: fact if isinstance(fact, str | int | float | date) else str(fact or MORE) for name, fact in told.items()
    }
