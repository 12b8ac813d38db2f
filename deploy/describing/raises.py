"""Every place where something is refused, absent or not valid, read from the sources: its code and its facts."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.services import SERVICES  # noqa: F401 - imports whatever can fail
from shared.language.reasons import Failure

ROOT = Path(__file__).parents[2]
PASS_ON = {"shared/language/reasons.py", "shared/web/faults.py", "shared/web/frame/notices.py"}
"""These make reasons of what others say."""
STORED, FIELD = "Reason", "not_valid"
"""What is no exception: a reason that is stored or shown, and a fault of a field."""


@dataclass(frozen=True)
class Raised:
    """One place. ``code`` is None where it cannot be read."""

    package: str
    kind: str
    code: str | None
    facts: frozenset[str]
    where: str


def failures(kind: type[Failure] = Failure) -> Iterator[type[Failure]]:
    """Every kind of failure there is."""
    for inner in kind.__subclasses__():
        yield inner
        yield from failures(inner)


KINDS = {kind.__name__: kind for kind in failures()}
OWN_WORDS = {name for name, kind in KINDS.items() if "__init__" in vars(kind)}
"""They are raised with other words, and say their code once, in their ``__init__``."""


def raised() -> list[Raised]:
    """All of them, in the order of the sources."""
    files = sorted(path for package in ("shared", "services") for path in (ROOT / package).rglob("*.py"))
    return [each for file in files if _named(file) not in PASS_ON for each in _of(file)]


def _named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _of(file: Path) -> Iterator[Raised]:
    package = file.relative_to(ROOT).parts[0 if file.is_relative_to(ROOT / "shared") else 1]
    tree = ast.parse(file.read_text())
    for parent in ast.walk(tree):
        for call in ast.iter_child_nodes(parent):
            if isinstance(call, ast.Call) and (kind := _kind(call, tree)):
                code = call.args[0] if call.args else None
                read = code.value if isinstance(code, ast.Constant) and isinstance(code.value, str) else None
                facts = frozenset(keyword.arg or "**" for keyword in call.keywords) - {"about"}
                yield Raised(package, kind, read, facts, f"{_named(file)}:{call.lineno}")


def _kind(call: ast.Call, tree: ast.Module) -> str | None:
    """What the call makes, when it makes something that has a code."""
    match call.func:
        case ast.Name(name) if name in (STORED, FIELD) or (name in KINDS and name not in OWN_WORDS):
            return name
        case ast.Attribute(value=ast.Call(func=ast.Name("super")), attr="__init__"):
            around = [each for each in tree.body if isinstance(each, ast.ClassDef) and call in ast.walk(each)]
            return around[0].name if around and around[0].name in OWN_WORDS else None
        case _:
            return None
