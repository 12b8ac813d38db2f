"""Settings the chart hands on as they are: a value of the same name, its schema and its variable, made from the class.

Whatever the chart works out by itself stands in ``_settings.tpl`` by hand; secrets and files come from mounts.
"""

import json
import re
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr

from deploy.describing.operating.reference import said_of_settings
from deploy.describing.operating.values import CHART
from shared.settings import Settings

VALUES, SCHEMA, TEMPLATE = CHART / "values.yaml", CHART / "values.schema.json", CHART / "templates" / "_settings.tpl"
MADE = re.compile(r"(?P<begin>^.*made by make write.*\n)(?:.*\n)*?(?P<end>^.*end of what is made.*\n)", re.MULTILINE)
VARIABLE = re.compile(r"^([A-Z][A-Z0-9_]+):", re.MULTILINE)
COMMENT = "made from shared/settings.py"


def plain(settings: type[Settings] = Settings) -> list[str]:
    """The settings that the chart's author said nothing about, and that are neither secrets nor files."""
    by_hand = set(VARIABLE.findall(MADE.sub("", TEMPLATE.read_text())))
    kept = {
        name
        for name, field in settings.model_fields.items()
        if {field.annotation, *get_args(field.annotation)} & {SecretStr, Path}
    }
    return [name for name in settings.model_fields if name.upper() not in by_hand and name not in kept]


def value_of(name: str) -> str:
    """What the chart calls it: ``log_level`` is ``logLevel``."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def values() -> str:
    """values.yaml with these settings as they have to be."""
    said = said_of_settings()
    lines = [f"# -- {said[name].rstrip('.')}\n{value_of(name)}: {_default(name)}\n" for name in plain()]
    return _with_made(VALUES.read_text(), "".join(lines))


def _default(name: str) -> str:
    default = Settings.model_fields[name].default
    return str(default) if re.fullmatch(r"[A-Z]+", str(default)) else json.dumps(default)


def template() -> str:
    """_settings.tpl with a line each."""
    return _with_made(TEMPLATE.read_text(), "".join(map(line_of, plain())))


def line_of(name: str, settings: type[Settings] = Settings) -> str:
    """The variable in the template. A whole number says so: Helm would write a million as 1e+06."""
    as_it_is = "int64 | quote" if settings.model_fields[name].annotation is int else "quote"
    return f"{name.upper()}: {{{{ $values.{value_of(name)} | {as_it_is} }}}}\n"


def _with_made(text: str, made: str) -> str:
    return MADE.sub(lambda mark: mark["begin"] + made + mark["end"], text)


def schema() -> str:
    """values.schema.json: each of them described, and no variable that the chart sets given twice."""
    whole: dict[str, Any] = json.loads(SCHEMA.read_text())
    others = {name: part for name, part in whole["properties"].items() if part.get("$comment") != COMMENT}
    region = {"region": others.pop("region")}
    whole["properties"] = {**region, **{value_of(name): _described(name) for name in plain()}, **others}
    ours = {name.upper() for name in Settings.model_fields} | set(VARIABLE.findall(TEMPLATE.read_text()))
    whole["properties"]["environment"]["propertyNames"]["not"]["enum"] = sorted(ours)
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _described(name: str) -> dict[str, Any]:
    part = Settings.model_json_schema()["properties"][name]
    facts = {key: fact for key, fact in part.items() if key not in ("title", "default")}
    return {"$comment": COMMENT, "description": said_of_settings()[name].rstrip("."), **facts}


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {VALUES: values(), TEMPLATE: template(), SCHEMA: schema()}
