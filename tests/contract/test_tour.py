"""The tour through the code leads to places that are there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tour.md"
PLACES = re.findall(r"\[`([\w.]+)`\]\(([^)]+\.py)\)", PAGE.read_text())


def defined(body: list[ast.stmt], within: str = "") -> Iterator[str]:
    """The classes and functions of a module, methods as ``Class.method``."""
    for one in body:
        if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield within + one.name
        if isinstance(one, ast.ClassDef):
            yield from defined(one.body, f"{within}{one.name}.")


@pytest.mark.parametrize(("name", "file"), PLACES)
def test_the_place_is_there(name: str, file: str) -> None:
    assert name in set(defined(ast.parse((PAGE.parent / file).read_text()).body))


def test_every_step_leads_into_the_code_and_every_link_somewhere() -> None:
    text = PAGE.read_text()
    steps = re.split(r"^\d+\. ", text, flags=re.MULTILINE)[1:]
    assert len(steps) == 10
    assert all(".py)" in step for step in steps)
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (PAGE.parent / target).exists(), target


def test_every_service_is_visited() -> None:
    assert {Path(file).parts[2] for _, file in PLACES if "services" in file} == {
        "registration",
        "matching",
        "sessions",
        "feedback",
    }
