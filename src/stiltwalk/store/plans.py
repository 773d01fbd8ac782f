"""Plans as they are kept: steps and cells in Parquet, so that whoever needs the cells alone reads them alone.

REVISION.plan.json says what is short, and points to REVISION.steps.parquet and REVISION.cells.parquet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from stiltwalk.plan.nodes import Cell, Node, Plan
from stiltwalk.plan.steps import Step, parse_step
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.study import Study
from stiltwalk.store.atomic import read_json, write_bytes, write_json

LAYOUT = 2
"""Of these files; the first was a single JSON file, which is read as well."""

_STEP: TypeAdapter[Step] = TypeAdapter(Step)
_PAIRS = ("absent", "untuned", "measured")
_CELLS = pa.schema(
    [
        ("encoder", pa.string()),
        ("intermediate", pa.string()),
        ("seed", pa.int64()),
        ("target", pa.string()),
        ("key", pa.string()),
        ("caveats", pa.list_(pa.string())),
    ]
)
_OUTLINE = ("key", "kind", "title", "encoder", "parents")
_NODES = pa.schema([*((name, pa.string()) for name in _OUTLINE), ("step", pa.string())])


class Outline(NamedTuple):
    """A step of a kept plan, but for its record."""

    key: str
    kind: str
    title: str
    encoder: str
    parents: tuple[str, ...]


@dataclass(slots=True, eq=False)
class KeptNodes(Mapping[str, Node]):
    """Key → node of a kept plan, parents first; nothing is read before it is asked for.

    Attributes:
        path: the file of the steps.
    """

    path: Path
    _places: dict[str, int] = field(default_factory=dict)
    _records: pa.ChunkedArray | None = None
    _outlines: list[Outline] = field(default_factory=list)
    _made: dict[str, Node] = field(default_factory=dict)

    def outlines(self) -> list[Outline]:
        """Every step but for its record, which is what takes the time; parents first."""
        if not self._outlines:
            columns = (column.to_pylist() for column in _table(self.path, _OUTLINE).columns)
            self._outlines = [
                Outline(key, kind, title, encoder, tuple(parents.split()))
                for key, kind, title, encoder, parents in zip(*columns, strict=True)
            ]
            self._places = {outline.key: place for place, outline in enumerate(self._outlines)}
        return self._outlines

    def __getitem__(self, key: str) -> Node:
        if key not in self._made:
            outline = self.outlines()[self._places[key]]
            if self._records is None:
                self._records = _table(self.path, ("step",)).column("step")
            step = _STEP.validate_json(self._records[self._places[key]].as_py())
            self._made[key] = Node(key, step, outline.title, outline.encoder)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        self.outlines()
        return iter(self._places)

    def __contains__(self, key: object) -> bool:
        self.outlines()
        return key in self._places

    def __len__(self) -> int:
        return len(self.outlines())


def outlines_of(nodes: Mapping[str, Node]) -> dict[str, Outline]:
    """Key → every step of a plan but for its record, parents first; a kept plan's records are not read."""
    if isinstance(nodes, KeptNodes):
        return {outline.key: outline for outline in nodes.outlines()}
    return {
        node.key: Outline(node.key, node.step.kind, node.title, node.encoder, node.parents)
        for node in nodes.values()
    }


def write_plan(stem: Path, plan: Plan, data_dir: Path | None) -> None:
    """Keep ``plan`` beside ``stem`` (a path without ending), unless it is there and whole."""
    steps, cells = stem.with_suffix(".steps.parquet"), stem.with_suffix(".cells.parquet")
    if not (_holds(steps, len(plan.nodes)) and _holds(cells, len(plan.cells))):
        _write(steps, _node_table(plan))
        _write(cells, pa.Table.from_pylist([asdict(cell) for cell in plan.cells], schema=_CELLS))
    short = {
        "layout": LAYOUT,
        "data_dir": str(data_dir) if data_dir else None,
        "absent": [list(pair) for pair in plan.absent],
        "untuned": [list(pair) for pair in plan.untuned],
        "measured": [list(pair) for pair in plan.measured],
    }
    path = stem.with_suffix(".plan.json")
    if read_json(path) != short:
        write_json(path, short)


def read_plan(stem: Path, study: Study) -> tuple[Plan, Path | None]:
    """The plan of ``study`` that is kept beside ``stem``, and where its data lay.

    Raises:
        UserError: it is missing or damaged.
    """
    path, raw = _short(stem)
    try:
        nodes: Mapping[str, Node]
        if "nodes" in raw:
            nodes, cells = _first_layout(raw)
        else:
            nodes = KeptNodes(stem.with_suffix(".steps.parquet"))
            found = _table(stem.with_suffix(".cells.parquet"), _CELLS.names).to_pylist()
            cells = tuple(Cell(**(cell | {"caveats": tuple(cell["caveats"])})) for cell in found)
        pairs = [tuple((one, other) for one, other in raw.get(name, [])) for name in _PAIRS]
        data_dir = Path(raw["data_dir"]) if raw["data_dir"] else None
    except (KeyError, TypeError, ValueError):
        raise lost(path) from None
    return Plan(study, nodes, cells, *pairs), data_dir


def kept_parents(stem: Path) -> dict[str, tuple[str, ...]]:
    """Key → parents of every step of the plan that is kept beside ``stem``.

    Raises:
        UserError: it is missing or damaged.
    """
    return {step.key: step.parents for step in kept_outlines(stem)}


def kept_outlines(stem: Path) -> list[Outline]:
    """Every step but for its record of the plan that is kept beside ``stem``.

    Nothing else of it is read, so that plans of other versions can be asked as well.

    Raises:
        UserError: it is missing or damaged.
    """
    path, raw = _short(stem)
    if "nodes" not in raw:
        return KeptNodes(stem.with_suffix(".steps.parquet")).outlines()
    try:
        return [_outline(key, node) for key, node in raw["nodes"].items()]
    except (KeyError, TypeError, ValueError):
        raise lost(path) from None


def _outline(key: str, raw: Mapping[str, Any]) -> Outline:
    """Of a node of the first layout."""
    step = parse_step(raw["step"])
    return Outline(key, step.kind, str(raw["title"]), str(raw["encoder"]), step.parents)


def _short(stem: Path) -> tuple[Path, dict[str, Any]]:
    """What is short of the plan kept beside ``stem``, or all of it in the first layout; and in which file.

    Raises:
        UserError: it is missing or damaged.
    """
    path = stem.with_suffix(".plan.json")
    raw = read_json(path)
    if raw is None:
        raise lost(path)
    return path, raw


def lost(path: Path) -> UserError:
    """What to say of a file of a kept plan that cannot be read."""
    return UserError(f"{path} is missing or damaged. Run the study again.")


def _first_layout(raw: Mapping[str, Any]) -> tuple[dict[str, Node], tuple[Cell, ...]]:
    nodes = {
        key: Node(key, parse_step(node["step"]), node["title"], node["encoder"])
        for key in raw["order"]
        for node in [raw["nodes"][key]]
    }
    return nodes, tuple(Cell(**(cell | {"caveats": tuple(cell["caveats"])})) for cell in raw["cells"])


def _node_table(plan: Plan) -> pa.Table:
    nodes = plan.nodes.values()
    columns = {
        "key": [node.key for node in nodes],
        "kind": [node.step.kind for node in nodes],
        "title": [node.title for node in nodes],
        "encoder": [node.encoder for node in nodes],
        "parents": [" ".join(node.parents) for node in nodes],
        "step": [node.step.model_dump_json() for node in nodes],
    }
    return pa.table(columns, schema=_NODES)


def _write(path: Path, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())


def _table(path: Path, columns: tuple[str, ...] | list[str]) -> pa.Table:
    """Raises :class:`UserError`: the file is missing or damaged."""
    try:
        return pq.read_table(path, columns=list(columns))
    except (OSError, pa.ArrowException):
        raise lost(path) from None


def _holds(path: Path, rows: int) -> bool:
    """Whether ``path`` is a whole file of so many rows."""
    try:
        return bool(pq.read_metadata(path).num_rows == rows)
    except (OSError, pa.ArrowException):
        return False
