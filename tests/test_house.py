"""Tests of the house itself: which way imports point, how long files are, what must never be written."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from stiltwalk.data.layouts import LAYOUTS
from stiltwalk.pocket.generate import GENERATORS
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.spec.tasks import TASKS

TESTS = Path(__file__).parent
SOURCE = TESTS.parent / "src" / "stiltwalk"

MOST_LINES = 400

EVERYTHING = frozenset(
    "spec pocket data metrics plan store compute engine analyse render literature cli studies claims".split()
)

# the table of the design's section 2; a room may always import from itself
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "spec": frozenset(),
    "pocket": frozenset({"spec"}),
    "data": frozenset({"spec", "pocket"}),
    "metrics": frozenset({"spec"}),
    "plan": frozenset({"spec"}),
    "store": frozenset({"spec", "plan"}),
    "compute": frozenset({"spec", "data", "metrics", "plan", "store"}),
    "engine": frozenset({"spec", "data", "plan", "store", "compute"}),
    "analyse": frozenset({"spec", "metrics", "plan", "store"}),
    "literature": frozenset({"spec", "store"}),
    "render": frozenset({"spec", "store", "analyse", "literature"}),
    "cli": EVERYTHING - {"cli"},
    "studies": frozenset(),
    "claims": frozenset(),
}

HEAVY = frozenset({"torch", "accelerate", "transformers"})
"""Known to ``compute`` alone."""

TORCHLESS = EVERYTHING - {"compute", "engine", "studies", "claims"} | {"cli"}
"""Rooms that must come up without torch, whatever they import in turn."""

# where a string that is also a task's name means something else: a layout's or a scorer's key
NAMESAKES: Mapping[str, frozenset[str]] = {
    "data/layouts.py": frozenset(LAYOUTS),
    "spec/metrics.py": frozenset(SCORERS),
    "spec/own_tasks.py": frozenset(SCORERS) | frozenset(LAYOUTS),
    "metrics/statistics.py": frozenset(SCORERS),
}


def _name(path: Path) -> str:
    """The dotted name of the module at ``path``."""
    parts = ["stiltwalk", *path.relative_to(SOURCE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES: dict[str, Path] = {_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
FILES: list[Path] = [*MODULES.values(), *sorted(TESTS.rglob("*.py"))]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _room(module: str) -> str | None:
    """The sub-package that ``module`` lies in; ``None`` for a top-level module."""
    package = module.split(".")[1] if "." in module else ""
    return package if (SOURCE / package).is_dir() and package else None


def _absolute(module: str, node: ast.ImportFrom) -> str:
    """The dotted name after ``from``, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    if MODULES[module].name != "__init__.py":
        parts = parts[:-1]
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *filter(None, [node.module])])


def _imports(module: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything ``module`` imports, wherever in the file it does so."""
    for node in ast.walk(_tree(MODULES[module])):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield node.lineno, inner if inner in MODULES else source


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(TESTS.parent)}:{line}"


def test_rooms_are_in_the_table() -> None:
    """Every sub-package has a line in the design's table: a new room needs a decision."""
    rooms = {room for module in MODULES if (room := _room(module)) is not None}
    assert rooms <= set(MAY_IMPORT)


def test_the_table_has_no_cycle() -> None:
    """The table itself lets data flow one way only."""
    assert tuple(TopologicalSorter(MAY_IMPORT).static_order())


def test_imports_point_one_way() -> None:
    """No module imports from a room that the table keeps closed to its own, not even inside a function."""
    wrong = [
        f"{_place(MODULES[module], line)}: {room} may not import {target}"
        for module in MODULES
        if (room := _room(module)) is not None
        for line, name in _imports(module)
        if name.split(".")[0] == "stiltwalk"
        and (target := _room(name)) != room
        and target not in MAY_IMPORT[room]
        and not (target is None and room == "cli")
    ]
    assert wrong == []


def test_no_import_cycle() -> None:
    """Modules can be put in an order in which each imports only earlier ones."""
    graph = {
        module: {name for _, name in _imports(module) if name in MODULES and name != module}
        for module in MODULES
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"modules import each other: {' -> '.join(error.args[1])}")
    assert set(order) == set(MODULES)


def test_torch_is_named_in_compute_alone() -> None:
    """No module outside ``compute`` names torch, accelerate or transformers in an import."""
    wrong = [
        f"{_place(MODULES[module], line)}: {name}"
        for module in MODULES
        if _room(module) != "compute"
        for line, name in _imports(module)
        if name.split(".")[0] in HEAVY
    ]
    assert wrong == []


def test_everything_but_compute_comes_up_without_torch() -> None:
    """Importing all of the light rooms leaves torch out of the process."""
    light = [module for module in MODULES if _room(module) in TORCHLESS]
    program = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        f"    heavy = {sorted(HEAVY)!r}\n"
        "    found = [h for h in heavy if h in sys.modules]\n"
        "    assert not found, f'{name} brings in {found}'\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *light], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_files_are_short() -> None:
    """A file holds one idea, in at most four hundred lines."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert [f"{_place(path, n)}" for path, n in lengths.items() if n > MOST_LINES] == []


def test_every_module_says_its_idea() -> None:
    """Every module opens with a docstring, tests included."""
    assert [_place(path, 1) for path in FILES if not ast.get_docstring(_tree(path))] == []


def test_every_test_says_what_must_be_true() -> None:
    """Every test function has a docstring."""
    silent = [
        _place(path, node.lineno)
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_keyword_tunnels() -> None:
    """No function takes ``**kwargs``: options are named, or travel in a record."""
    tunnels = [
        _place(path, node.lineno)
        for path in MODULES.values()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and node.args.kwarg
    ]
    assert tunnels == []


def test_adding_a_task_touches_one_file() -> None:
    """No code outside the task records knows a task by its name."""
    wrong = []
    for path in MODULES.values():
        place = path.relative_to(SOURCE).as_posix()
        if place.startswith("spec/tasks/"):
            continue
        foreign = set(TASKS) - NAMESAKES.get(place, frozenset())
        wrong += [
            f"{_place(path, node.lineno)}: {node.value!r}"
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in foreign
        ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_can_be_read_and_scored(name: str) -> None:
    """A layout has a reader, a generator a maker, parts records; only raw text has no scorer."""
    task = TASKS[name]
    made = task.generator in GENERATORS or (bool(task.parts) and all(p in TASKS.values() for p in task.parts))
    assert task.layout in LAYOUTS or (task.layout is None and made)
    assert task.scorer in SCORERS or (task.scorer is None and task.stages == ("text",))


def test_names_of_records_are_their_keys() -> None:
    """Tables cannot disagree with the records they hold."""
    assert all(name == task.name for name, task in TASKS.items())
    assert all(name == scorer.name for name, scorer in SCORERS.items())
