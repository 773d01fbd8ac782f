"""Trimmed artifacts: what training left of an embedding table, beside the table itself, which is kept once.

``model/rows.safetensors`` of a step holds the rows that were trained and the factor that the others were
multiplied by; ``STORE/tables/SHA256/`` the table both go back to, shared by all steps that began with it. The
store is whole without the encoder that the table came from.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from stiltwalk.compute.described import save_described
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import publish_folder
from stiltwalk.store.store import Store, store_around

_FILE = "rows.safetensors"
_TABLE = "table.safetensors"


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of an embedding table: ``table * decay``, but for some rows.

    Attributes:
        ids: ``(rows,)`` which ones, ascending.
        values: ``(rows, width)`` what they are now.
        decay: what every other row was multiplied by.
        table: SHA-256 of the table's values in fp32, row after row.
        origin: the step or the given encoder that the table came from, named as a step names its parent.
        name: the table's name among the encoder's tensors.
    """

    ids: Tensor
    values: Tensor
    decay: float
    table: str
    origin: str
    name: str


def untouched(table: Tensor, sha256: str, origin: str, name: str) -> Rows:
    """``table`` ``(vocabulary, width)`` as it came, in these words of :class:`Rows`."""
    return Rows(torch.empty(0, dtype=torch.int64), torch.empty(0, table.shape[1]), 1.0, sha256, origin, name)


def after(before: Rows, ids: Tensor, values: Tensor, decay: float) -> Rows:
    """``before``, trained on: ``ids`` became ``values``, every other row ``decay`` times what it was."""
    both = torch.unique(torch.cat([before.ids, ids]))  # sorted
    rows = torch.empty(len(both), values.shape[1])
    rows[torch.searchsorted(both, before.ids)] = before.values * decay
    rows[torch.searchsorted(both, ids)] = values
    return replace(before, ids=both, values=rows, decay=before.decay * decay)


def write_rows(folder: Path, rows: Rows) -> None:
    """Write ``rows`` beside the other tensors in ``folder``."""
    tensors = {"ids": rows.ids.to(torch.int32), "values": rows.values.contiguous()}
    # repr: the shortest digits that give the very number back
    said = {"decay": repr(rows.decay), "table": rows.table, "origin": rows.origin, "name": rows.name}
    save_described(tensors, folder / _FILE, said)


def read_rows(folder: Path) -> Rows | None:
    """What :func:`write_rows` wrote in ``folder``; ``None`` if the model there is whole.

    Raises:
        UserError: it is damaged.
    """
    path = folder / _FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            said = file.metadata() or {}
            return Rows(
                ids=file.get_tensor("ids").long(),
                values=file.get_tensor("values"),
                decay=float(said["decay"]),
                table=said["table"],
                origin=said["origin"],
                name=said["name"],
            )
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UserError(
            f"{path} is damaged: expected ids, values, decay, table, origin and name ({error}). Delete the "
            "step's folder and run the study again."
        ) from None


def keep_table(store: Store, table: Tensor) -> str:
    """Put ``(vocabulary, width)`` fp32 into the store, unless it is there; returns its SHA-256."""
    sha256 = _sha256(table)
    final = store.tables / sha256
    if not final.exists():
        store.tables.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".", dir=store.tables))
        draft.chmod(0o755)  # a temporary folder is its owner's alone
        save_file({"table": table.detach().cpu().contiguous()}, draft / _TABLE)
        publish_folder(draft, final)
    return sha256


def whole_table(folder: Path, rows: Rows) -> Tensor:
    """``(vocabulary, width)``: the table of the trimmed model in ``folder``, made whole.

    Raises:
        UserError: the table it goes back to is gone or changed, or ``folder`` is in no store.
    """
    store = store_around(folder)
    if store is None:
        raise UserError(
            f"The model in {folder} holds only the embedding rows that were trained; the others are in the "
            "store that it was copied from. Name the step by its key, with --store, in place of the folder."
        )
    path = store.tables / rows.table / _TABLE
    try:
        # mapped, not read: only the pages that are written to are copied
        table: Tensor = load_file(path)["table"]
    except (OSError, SafetensorError, KeyError):
        raise _lost(path, folder, rows, "is missing or cannot be read") from None
    if _sha256(table) != rows.table:
        raise _lost(path, folder, rows, "is not what was put there")
    if rows.decay != 1:
        table = table * rows.decay
    table[rows.ids] = rows.values
    return table


def _lost(path: Path, folder: Path, rows: Rows, what: str) -> UserError:
    return UserError(
        f"The embedding table {path} {what}. The model in {folder} needs it; it came from {rows.origin}. "
        "Put the file back, or delete the folders of that step and of the trained steps it descends from, "
        "and run the study again."
    )


def _sha256(table: Tensor) -> str:
    values = table.detach().to("cpu", torch.float32).contiguous().numpy()
    return hashlib.sha256(values.data.cast("B")).hexdigest()
