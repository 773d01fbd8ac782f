"""Lets the models of finished steps go: weights and tokenizer. Records, scores, logs and heads stay.

``let-go.json`` in a step's folder says so, and which files they were. It is written first: from then on
nobody reads them. A kill in between leaves files that the next call deletes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import read_json, write_json
from stiltwalk.store.publication import note_publication
from stiltwalk.store.store import LET_GO, Store, file_entry

_MODEL = ("model/*.safetensors", "tokenizer/*")


def let_go(store: Store, key: str) -> int:
    """Delete the model of the finished step ``key`` and return the bytes that frees; 0: it is gone already.

    Raises:
        OSError: it cannot be deleted.
    """
    folder = store.folder(key)
    found = [path for pattern in _MODEL for path in sorted(folder.glob(pattern))]
    manifest = read_json(folder / "manifest.json")
    if not found or manifest is None:
        return 0
    files: dict[str, Any] = manifest["files"]
    names = {path.relative_to(folder).as_posix() for path in found}
    if going := {name: files[name] for name in files if name in names}:
        write_json(folder / LET_GO, {"files": going})
        stay = {name: file for name, file in files.items() if name not in names}
        said = {LET_GO: file_entry(folder / LET_GO)}  # it goes with the step wherever that is copied
        write_json(folder / "manifest.json", manifest | {"files": stay | said})
    # what another step shares stays on the disk with that
    freed = sum(path.stat().st_size for path in found if path.stat().st_nlink == 1)
    for path in found:
        path.unlink(missing_ok=True)
    note_publication(store.journal, key, folder)  # only now it no longer goes back to a table
    return freed


def require_kept(folder: Path) -> None:
    """Refuse to read the model of a finished step that was let go.

    Raises:
        UserError: it was.
    """
    if (folder / LET_GO).exists():
        raise UserError(
            f"The model of the step in {folder} was let go once its study had read it (its field keep). "
            "To have it again, delete that folder and run the study that trained it with -o keep=all: only "
            "this step, and what it starts from if that was let go too, is computed anew."
        )
