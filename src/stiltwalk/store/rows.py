"""Result rows: tidy, one number a row, written once with the step and read per study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stiltwalk.plan.nodes import Plan
from stiltwalk.store.store import Store

ROW_SCHEMA = 1

COLUMNS = pa.schema(
    [
        ("study", pa.string()),
        ("step", pa.string()),
        ("encoder", pa.string()),
        ("parameters", pa.int64()),
        ("intermediate", pa.string()),
        ("examples", pa.int64()),
        ("batch_size", pa.int64()),
        ("seed", pa.int64()),
        ("target", pa.string()),
        ("language", pa.string()),
        ("split", pa.string()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("n", pa.int64()),
        ("layer", pa.int64()),
        ("pooling", pa.string()),
        ("recipe", pa.string()),
        ("selection", pa.string()),
        ("language_seen_in_intermediate", pa.bool_()),
        ("overlap", pa.float64()),
        ("degenerate", pa.bool_()),
        ("caveats", pa.string()),
        ("wall_seconds", pa.float64()),
        ("versions", pa.string()),
        ("schema", pa.int64()),
    ]
)
"""``examples`` and ``batch_size`` are the intermediate stage's; ``value`` is on 0 to 100; ``n`` counts test
examples; ``language_seen_in_intermediate``: whether labelled data or masked-LM text of that stage was in the
row's language, by translation or not; ``overlap`` is the share (0 to 100) of test texts seen in training;
``caveats`` are ids joined by ``;``. What only a study knows (its name, the arm's, the seed of an unseeded
step) is filled in on reading."""


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write ``rows``; columns they leave out are null."""
    full = [{name: row.get(name) for name in COLUMNS.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(full, schema=COLUMNS), path)


def study_rows(store: Store, plan: Plan) -> pd.DataFrame:
    """Rows of every finished cell of ``plan``, as the study calls them; columns as in ``COLUMNS``."""
    frames = []
    for cell in plan.cells:
        if not store.has(cell.key):
            continue
        frame = pq.read_table(store.folder(cell.key) / "results.parquet").to_pandas()
        caveats = (
            frame["caveats"]
            .fillna("")
            .map(
                lambda own, shared=cell.caveats: ";".join(
                    dict.fromkeys([*shared, *filter(None, own.split(";"))])
                )
            )
        )
        frames.append(
            frame.assign(
                study=plan.study.study,
                encoder=cell.encoder,
                intermediate=cell.intermediate,
                seed=cell.seed,
                recipe=plan.study.recipe_of(cell.intermediate),
                caveats=caveats,
            )
        )
    found: pd.DataFrame = (
        pd.concat(frames, ignore_index=True) if frames else COLUMNS.empty_table().to_pandas()
    )
    return found.reindex(columns=COLUMNS.names)
