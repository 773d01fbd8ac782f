"""What the program can say: every text in its source, with … where something is filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "stiltwalk"
FILLED_IN = "…"


@cache
def texts() -> tuple[str, ...]:
    """Every text of the source but docstrings; names and values that are filled in are one … each."""
    return tuple(
        " ".join(text.split())
        for path in sorted(SOURCE.rglob("*.py"))
        for text in _texts(ast.parse(path.read_text(encoding="utf-8")))
    )


def is_said(fragment: str) -> bool:
    """Whether a text of the program holds ``fragment``, in which … stands for what is filled in."""
    return any(" ".join(fragment.split()) in text for text in texts())


def is_message(said: str) -> bool:
    """Whether ``said``, with everything filled in, is a text of the program from beginning to end."""
    return any(_pattern(text).fullmatch(said) for text in texts() if len(text.replace(FILLED_IN, "")) > 20)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split(FILLED_IN)), re.DOTALL)


def _texts(tree: ast.AST) -> Iterator[str]:
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(_piece(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _piece(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else FILLED_IN
