"""Syntheses that are kept: listed, and printed by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stiltwalk.cli import show
from stiltwalk.cli.literature.progress import plain
from stiltwalk.literature.keeping import is_finished, kept_syntheses, read_question, read_synthesis
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import Store

_COLUMNS: Final = ("name", "question", "made", "papers", "claims", "supported", "contradicted", "score")


def list_kept(store: Store, *, as_json: bool) -> None:
    """Print what is kept, finished or not."""
    rows = list(_rows(store))
    if as_json:
        show.print_json("rows", rows)
    elif rows:
        show.print_table(rows, _COLUMNS, whole=("name",))
    else:
        show.note(f"no synthesis is kept in {store.root}. Ask a question: stiltwalk literature 'QUESTION'")


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    for name in kept_syntheses(store):
        row: dict[str, Any] = dict.fromkeys(_COLUMNS) | {"name": name}
        try:
            row |= {"question": plain(read_question(store, name).text), "made": "not finished"}
            if is_finished(store, name):
                synthesis = read_synthesis(store, name)
                row |= {
                    "made": synthesis.made,
                    "papers": len(synthesis.works),
                    "claims": len(synthesis.checked),
                    "supported": sum(each.verdict == SUPPORTED for each in synthesis.checked),
                    "contradicted": sum(each.verdict == CONTRADICTED for each in synthesis.checked),
                    "score": synthesis.total,
                }
        except UserError as error:
            row["made"] = f"damaged: {error}"
        yield row
