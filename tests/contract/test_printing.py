"""Whatever the command line shows goes through one door, where it becomes harmless."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deploy.terminal import Terminal, figures, framed, table, words
from shared.operations.printable import printable
from tests.contract.test_house import ROOT, named

DOOR = ROOT / "deploy" / "terminal.py"
SHOWING = sorted(
    file for folder in ("deploy/cli", "deploy/local") for file in (ROOT / folder).rglob("*.py") if file != DOOR
)
PRINTERS = {
    *("print", "echo", "secho", "style", "pprint", "Console", "Text", "from_markup", "from_ansi", "Panel", "Table"),
    *("Progress", "TextColumn", "log", "rule", "input", "write_through", "print_exc", "print_exception"),
}
"""Names by which something could get to the terminal, or into what is shown there, by another way."""
ASKING = {"confirm", "prompt"}
"""They show what they were given: our own words."""

HOSTILE = {
    "a colour": "\x1b[31mred\x1b[0m",
    "the window's title": "\x1b]0;owned\x07",
    "a link": "\x1b]8;;https://evil.invalid\x1b\\here\x1b]8;;\x1b\\",
    "one byte for two": "\x9b31m",
    "backwards": "\u202egpj.exe\u202c",
    "another line": "one\ntwo\r\nthree\u2028four",
    "back over it": "fine\x08\x08\x08\x08gone",
    "markup": "[red]red[/red] [link=https://evil.invalid]here[/link] :boom:",
    "broken markup": "[/red] [",
    "half a character": "\udc80 \ud83d",
    "nothing to see": "a\u200b\u2060\ufeff\u00ad\U000e0041b",
    "a space that is none": "no\u00a0break\u3000",
    "deleted": "\x00\x7f",
    "wide": "漢字かな👩\u200d🔬",
}
hostile = pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)


def names_used(file: Path) -> Iterator[tuple[int, str]]:
    """What is called or named in a module, with the line."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            if name in PRINTERS or (name in ASKING and not _ours(node)):
                yield node.lineno, name
        if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr", "__stdout__", "__stderr__"):
            yield node.lineno, node.attr


def _ours(call: ast.Call) -> bool:
    """Whether what is asked holds nothing but our words, numbers of things and names of services."""
    [asked] = call.args
    return isinstance(asked, ast.Constant) or "{len(" in ast.unparse(asked)


def test_nothing_else_prints() -> None:
    assert len(SHOWING) > 20
    found = [(named(file), line, name) for file in SHOWING for line, name in names_used(file)]
    assert found == []


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def terminal(request: pytest.FixtureRequest) -> Terminal:
    """Of 80 columns, or a pipe; what is written to it is kept."""
    return Terminal(force_terminal=request.param, width=80 if request.param else None, no_color=True, record=True)


def written(terminal: Terminal) -> str:
    """All of it, as text."""
    with terminal.capture() as capture:
        pass
    return capture.get() + terminal.export_text(styles=False)


@hostile
def test_whatever_is_shown_is_seen_and_does_nothing(terminal: Terminal, said: str, capsys: object) -> None:
    terminal.say(said)
    terminal.show(table(said, [said, said], [(said, 1), (None, said)]))
    terminal.show(framed(said, said, figures(said, [(said, said)])))
    shown = written(terminal)
    assert all(character.isprintable() or character == "\n" for character in shown)
    for part in said.split():
        assert printable(part) in shown.replace("\n", "") or "\n" in part


@hostile
def test_columns_stay_where_they_are(terminal: Terminal, said: str) -> None:
    terminal.show(table("", ["first", "second"], [(said, "x"), ("plain", "y")]))
    rows = [line for line in written(terminal).splitlines() if line.startswith("│")]
    assert len({cell_len(row.rstrip()) for row in rows}) == 1
    assert len({cell_len(row[: row.index("│", 1)]) for row in rows}) == 1


@given(st.text())
def test_the_same_text_stands_in_json(said: str) -> None:
    spelled = printable(said)
    assert spelled.isprintable()
    assert json.loads(printable(json.dumps(said, ensure_ascii=False))) == said
    assert printable(spelled) == spelled
    assert words(said).plain == spelled


@hostile
def test_json_is_json_and_harmless(capfd: pytest.CaptureFixture[str], said: str) -> None:
    Terminal().data({said: [said]})
    shown = capfd.readouterr().out
    assert json.loads(shown) == {said: [said]}
    assert all(character.isprintable() or character == "\n" for character in shown)


def telemachus(*arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
    """The command, as a process."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "80", **told},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


WRONG = {
    "a port that is none": (("up",), {"PORT": "abc"}, "PORT"),
    "a port too high": (("up",), {"PORT": "99999"}, "PORT"),
    "a seed that is none": (("up",), {"SEED": "x"}, "SEED"),
    "neither yes nor no": (("up",), {"ONCE": "perhaps"}, "ONCE"),
    "an unknown programme": (("up",), {"SCENARIO": "nowhere"}, "bnp-uk"),
    "a file for a directory": (("up",), {"STATE": "/etc/passwd"}, "STATE"),
    "no such command": (("\x1b[31mnone",), {}, "\\x1b[31mnone"),
    "no such option": (("lag", "--\x1b[31m"), {}, "\\x1b[31m"),
    "no such file": (("import", "\x1b[31m.csv", "--programme", "p"), {}, "\\x1b[31m.csv"),
    "no such service": (("lag", "everything"), {}, "registration"),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_was_called_wrongly_is_told_in_a_sentence(why: str) -> None:
    arguments, told, sentence = WRONG[why]
    done = telemachus(*arguments, **told)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.replace("│", "").split())
    assert "Traceback" not in done.stderr
    assert all(character.isprintable() or character == "\n" for character in done.stderr + done.stdout)


@pytest.mark.parametrize("state", ["/dev/null/x", "/proc/telemachus", "/dev/null/\x1b[31m", "/dev/null/" + "x" * 300])
def test_a_directory_that_cannot_be_is_told(state: str) -> None:
    done = telemachus("up", STATE=state)
    assert done.returncode == 1
    assert "cannot run" in done.stdout
    assert printable(state)[:20] in done.stdout
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout


def test_it_prints_what_the_encoding_does_not_have(tmp_path: Path) -> None:
    done = telemachus("lag", STATE=str(tmp_path / "ж"), PYTHONIOENCODING="ascii")
    assert done.returncode == 3
    assert "\\u0436" in done.stderr
