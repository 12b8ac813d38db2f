"""Small deliberate faults: where the product's code could be wrong by a sign, a word or a missing statement."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

ROOT = Path(__file__).parents[2]
LEFT_OUT = ("services/matching/engine/", "__main__.py", "__init__.py")
"""Numeric code is proved against other solvers; the rest only imports or starts."""

OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "in": "not in", "is": "is not"}
OTHER |= {"not in": "in", "is not": "is", "and": "or", "or": "and", "+": "-", "-": "+", "*": "+"}
SIGN = re.compile(r"\*\*|<<|>>|//|<=|>=|==|!=|<|>|\bnot\s+in\b|\bis\s+not\b|\bin\b|\bis\b|\band\b|\bor\b|[-+*]")
QUERY = {"$lt": "$lte", "$lte": "$lt", "$gt": "$gte", "$gte": "$gt", "$in": "$nin", "$ne": "$eq"}
LISTS = ("list[", "tuple[", "Sequence[")
"""A function that answers several may lose the first."""
TOLD = ("log.", "note(", "_annotate(")
"""What only writes a line for operators."""
NAMES = ("TypeVar", "NewType", "Field", "getLogger", "get_logger")
"""Calls whose arguments are types or texts."""
FORMS = {"frozen", "kw_only", "slots", "strict"}
"""Keywords that only forbid what nothing here does: without them all goes on as before."""


@dataclass(frozen=True, order=True)
class Fault:
    """Bytes ``start`` to ``end`` of a file replaced; ``function`` is the first line of what holds it, 0 for none."""

    path: str
    start: int
    end: int
    instead: str
    line: int
    function: int


class Finder(ast.NodeVisitor):
    """Walks one file and gathers what could be wrong in it."""

    def __init__(self, path: str, text: bytes) -> None:
        self.path, self.text = path, text
        self.found: list[Fault] = []
        self.function, self.returns = 0, ""
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Where it begins and ends, in bytes."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def source(self, node: ast.expr | ast.stmt) -> str:
        """As it is written."""
        start, end = self.span(node)
        return self.text[start:end].decode()

    def note(self, start: int, end: int, instead: str) -> None:
        """One fault more."""
        line = self.text.count(b"\n", 0, start) + 1
        self.found.append(Fault(self.path, start, end, instead, line, self.function))

    def between(self, left: ast.expr, right: ast.expr) -> None:
        """The sign between two operands becomes its neighbour or opposite."""
        start, end = self.span(left)[1], self.span(right)[0]
        if (sign := SIGN.search(self.text[start:end].decode())) and sign.group() in OTHER:
            self.note(start + sign.start(), start + sign.end(), OTHER[sign.group()])

    @override
    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        outer = self.function, self.returns
        self.function = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        self.returns = self.source(node.returns) if node.returns else ""
        for each in [*(node.args.defaults), *(d for d in node.args.kw_defaults if d), *node.body]:
            self.visit(each)
        self.function, self.returns = outer

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    @override
    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    @override
    def visit_If(self, node: ast.If | ast.While | ast.IfExp) -> None:
        if self.source(node.test) != "TYPE_CHECKING":
            self.note(*self.span(node.test), f"not ({self.source(node.test)})")
            self.generic_visit(node)

    visit_While = visit_IfExp = visit_If  # noqa: N815

    @override
    def visit_Raise(self, node: ast.Raise) -> None:
        self.note(*self.span(node), "pass")

    @override
    def visit_Compare(self, node: ast.Compare) -> None:
        self.between(node.left, node.comparators[0])
        self.generic_visit(node)

    @override
    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.between(node.values[0], node.values[1])
        self.generic_visit(node)

    @override
    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.between(node.left, node.right)
        self.generic_visit(node)

    @override
    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) or self.source(node).startswith(TOLD):
            return
        self.note(*self.span(node), "pass")
        self.generic_visit(node)

    @override
    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        if self.returns.endswith("None") and self.source(node.value) != "None":
            self.note(*self.span(node.value), "None")
        if self.returns.startswith(LISTS):
            self.note(*self.span(node.value), f"({self.source(node.value)})[1:]")
        if self.returns == "bool":
            self.note(*self.span(node.value), f"not ({self.source(node.value)})")
        self.visit(node.value)

    @override
    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Python 3.11 does not know where in a text its parts stand."""

    @override
    def visit_Call(self, node: ast.Call) -> None:
        if self.source(node.func).rpartition(".")[2] in NAMES or self.source(node.func) in ("_", "N_"):
            return
        if len(node.keywords) > 1 and self.function and all(each.arg for each in node.keywords):
            for each, after in zip(node.keywords, node.keywords[1:], strict=False):
                if each.arg not in FORMS:
                    self.note(self.span(each)[0], self.span(after)[0], "")
        self.generic_visit(node)

    @override
    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in FORMS:
            self.generic_visit(node)

    @override
    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.note(*self.span(node), str(not node.value))
        elif isinstance(node.value, int | float):
            more = node.value + 1 if self.function or node.value < 2 else node.value * 10
            self.note(*self.span(node), repr(more))
        elif isinstance(node.value, str) and node.value in QUERY:
            self.note(*self.span(node), f'"{QUERY[node.value]}"')


def faults_of(path: Path) -> Iterator[Fault]:
    """Every fault this can think of in a file."""
    text = path.read_bytes()
    finder = Finder(path.relative_to(ROOT).as_posix(), text)
    finder.visit(ast.parse(text))
    yield from sorted(set(finder.found))


def all_faults() -> list[Fault]:
    """Those of shared code and of the services."""
    paths = (path for floor in ("shared", "services") for path in sorted((ROOT / floor).rglob("*.py")))
    kept = (path for path in paths if not any(part in path.relative_to(ROOT).as_posix() for part in LEFT_OUT))
    return [fault for path in kept for fault in faults_of(path)]
