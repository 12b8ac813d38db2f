"""The house keeps its measure: small files, small rooms, tests that mirror them, and documents that find their way."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "deploy")
LONGEST, MOST = 250, 12
"""Lines of a file, and modules of a package."""
NO_MODULES = ("__init__.py", "__main__.py")

MIRRORED = {"cli": "deploy/cli", "local": "deploy/local", "scenario": "deploy/local/scenario", "shared": "shared"} | {
    "translating": "deploy/translating"
}
"""Folder of tests/unit → what it mirrors, where that is no service."""

A_PATH = re.compile(r"(?<![\w/.-])(?:shared|services|deploy|tests)/[\w./*-]*+(?!\$)")
"""Not what a variable ends: `deploy/telemachus-$service` is a name in Kubernetes."""
A_MODULE = re.compile(r"(?<![\w/.-])\w+\.py\b")
MADE_BY_READERS = {"deploy/secrets/pseudonym_key", "deploy/secrets/session_keys"}
"""A document tells how; a check-out does not hold them."""


def sources() -> Iterator[Path]:
    """Every Python file of the product."""
    for floor in PRODUCT:
        yield from sorted((ROOT / floor).rglob("*.py"))


def documents() -> Iterator[Path]:
    """Every document."""
    yield from sorted(ROOT.glob("*.md"))
    for folder in (*PRODUCT, "tests", "docs"):
        yield from sorted((ROOT / folder).rglob("*.md"))


def named(path: Path) -> str:
    """As a message shows it."""
    return path.relative_to(ROOT).as_posix()


def test_a_file_holds_one_idea() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_a_room_can_be_taken_in_at_a_glance() -> None:
    rooms: dict[str, list[str]] = {}
    for path in sources():
        if path.name not in NO_MODULES:
            rooms.setdefault(named(path.parent), []).append(path.stem)
    assert {room: modules for room, modules in rooms.items() if len(modules) > MOST} == {}


def test_unit_tests_mirror_the_rooms() -> None:
    unit = ROOT / "tests/unit"
    folders = {path.parent for path in unit.rglob("*.py")} - {unit}
    assert {named(folder) for folder in folders if not _mirrored(folder.relative_to(unit)).is_dir()} == set()


def _mirrored(folder: Path) -> Path:
    mirrored, *rooms = folder.parts
    return ROOT.joinpath(MIRRORED.get(mirrored, f"services/{mirrored}"), *rooms)


def test_documents_name_paths_that_exist() -> None:
    lost = {(named(document), path) for document in documents() for path in _paths(document) if not _exists(path)}
    assert lost == set()


def _paths(document: Path) -> set[str]:
    found = {path.rstrip("./") for path in A_PATH.findall(document.read_text())}
    return found - MADE_BY_READERS


def _exists(path: str) -> bool:
    """``NAME`` stands for the name of any service."""
    return any(True for _ in ROOT.glob(path.replace("NAME", "*")))


def test_documents_name_modules_that_exist() -> None:
    modules = {path.relative_to(ROOT) for folder in (*PRODUCT, "tests") for path in (ROOT / folder).rglob("*.py")}
    lost = {
        (named(document), module)
        for document in documents()
        for module in A_MODULE.findall(document.read_text())
        if module not in {path.name for path in modules if path.is_relative_to(_home(document))}
    }
    assert lost == set()


def _home(document: Path) -> Path:
    """Where a document's modules are looked for: in its own service, or anywhere."""
    own = document.parent.relative_to(ROOT)
    return own if own.parent == Path("services") else Path()
