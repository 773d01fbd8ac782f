"""Reading what finished predict steps kept of every example: its id, its prediction, its statistics.

Predictions lie in ``predictions/LANGUAGE.parquet`` of a step, or in ``predictions/layer-NN/LANGUAGE.parquet``
where it read several layers. Of which document an example is part is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.metrics import Scorer
from stiltwalk.store.atomic import read_json
from stiltwalk.store.store import Store, damaged_step


class Kept(NamedTuple):
    """The per-example statistics of one step in one language.

    Attributes:
        ids: ``(examples,)``.
        columns: name → ``(examples,)``: what the scorer's main metrics are made of.
    """

    ids: NDArray[np.str_]
    columns: Mapping[str, NDArray[np.float64]]


class Labelled(NamedTuple):
    """The labels that one step gave in one language.

    Attributes:
        ids: ``(examples,)``.
        labels: ``(examples,)``: indices in the task's label set.
        right: ``(examples,)``: whether they were the right ones.
    """

    ids: NDArray[np.str_]
    labels: NDArray[np.int64]
    right: NDArray[np.bool_]


class Ranked(NamedTuple):
    """The candidates that one step ranked in one language.

    Attributes:
        ids: ``(queries,)``.
        candidates: of each query the ids of the candidates found, the nearest first.
    """

    ids: NDArray[np.str_]
    candidates: tuple[tuple[str, ...], ...]


def kept_languages(store: Store, key: str) -> tuple[str, ...]:
    """Languages that the finished step ``key`` kept predictions of, read at one layer; in order of codes."""
    return tuple(sorted(path.stem for path in (store.folder(key) / "predictions").glob("*.parquet")))


def read_statistics(store: Store, key: str, scorer: Scorer, language: str, layer: int | None = None) -> Kept:
    """The statistics that the main metrics of ``scorer`` are made of, example by example.

    Args:
        store: where the step lies.
        key: of a finished predict step.
        scorer: the target's.
        language: one that was tested.
        layer: which, where the step read several.

    Raises:
        UserError: the step is not there or is damaged (names it, and the cure), the language was not tested,
            or a layer has to be named.
    """
    main = (metric for metric in scorer.metrics if metric.name in scorer.main)
    names = list(dict.fromkeys(name for metric in main for name in metric.statistics))
    table = _read(store, key, language, layer, names)
    return Kept(_ids(table), {name: table[name].to_numpy().astype(np.float64) for name in names})


def read_labels(store: Store, key: str, language: str) -> Labelled:
    """The labels given by a step that classifies, or chooses among continuations.

    Raises:
        UserError: as ``read_statistics``; its predictions are no labels.
    """
    table = _read(store, key, language, None, ["prediction", "correct"])
    if not pa.types.is_integer(table["prediction"].type):
        raise _other(store, key, "labels", table)
    return Labelled(_ids(table), table["prediction"].to_numpy(), table["correct"].to_numpy() > 0)


def read_rankings(store: Store, key: str, language: str) -> Ranked:
    """The candidates ranked by a step that answers queries.

    Raises:
        UserError: as ``read_statistics``; its predictions are no rankings.
    """
    table = _read(store, key, language, None, ["prediction"])
    if not pa.types.is_list(table["prediction"].type):
        raise _other(store, key, "ranked candidates", table)
    return Ranked(_ids(table), tuple(tuple(found) for found in table["prediction"].to_pylist()))


def _read(store: Store, key: str, language: str, layer: int | None, names: Sequence[str]) -> Any:
    """The columns ``id`` and ``names``; pyarrow has no types."""
    folder = store.folder(key)
    path = _path(folder, language, layer)
    said = path.relative_to(folder)
    if not path.exists():
        raise _missing(store, key, path, language)
    try:
        # the file itself, as a data set its folder would be looked through
        with pq.ParquetFile(path) as file:
            lacking = [name for name in ("id", *names) if name not in file.schema_arrow.names]
            table = None if lacking else file.read(["id", *names], use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise damaged_step(folder, f"{said} cannot be read ({_first_line(error)})") from None
    if table is None:
        raise damaged_step(folder, f"{said} lacks: {', '.join(lacking)}")
    if not table.num_rows:
        raise damaged_step(folder, f"{said} has no examples")
    empty = [name for name in table.column_names if table[name].null_count]
    if empty:
        raise damaged_step(folder, f"{said} has gaps in: {', '.join(empty)}")
    return table


def _path(folder: Path, language: str, layer: int | None) -> Path:
    below = folder / "predictions"
    if layer is not None and (single := below / f"layer-{layer:02}").is_dir():
        return single / f"{language}.parquet"
    return below / f"{language}.parquet"


def _missing(store: Store, key: str, path: Path, language: str) -> UserError:
    """Why there is no file at ``path``."""
    if not store.has(key):
        return UserError(f"Step {key} is not in the store {store.root}. Run the study to compute it.")
    folder = store.folder(key)
    layers = sorted(int(each.name.removeprefix("layer-")) for each in folder.glob("predictions/layer-*"))
    if layers and path.parent.name == "predictions":
        return UserError(f"Step {key} read several layers. Name one of: {', '.join(map(str, layers))}.")
    there = sorted(each.stem for each in path.parent.glob("*.parquet"))
    published = (read_json(folder / "manifest.json") or {}).get("files", {})
    if not there or str(path.relative_to(folder)) in published:
        return damaged_step(folder, f"{path.relative_to(folder)} is missing")
    return UserError(f"Step {key} did not test '{language}'. It tested: {', '.join(there)}.")


def _other(store: Store, key: str, wanted: str, table: Any) -> UserError:
    kind = table["prediction"].type
    return UserError(
        f"The predictions of step {key} in {store.root} are no {wanted}: they are of type {kind}. "
        f"Ask for {wanted} of a target that has them."
    )


def _ids(table: Any) -> NDArray[np.str_]:
    return np.array(table["id"].to_pylist(), dtype=np.str_)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
