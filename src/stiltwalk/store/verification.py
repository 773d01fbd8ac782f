"""Whether everything that is kept is still what was put there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import read_json
from stiltwalk.store.plans import kept_parents
from stiltwalk.store.references import HEADER
from stiltwalk.store.store import Store, damage
from stiltwalk.store.studies import kept_revisions

RUN_AGAIN = "delete that folder and run its study again; only this step is computed anew"
PUT_BACK = "put it back from a copy ('stiltwalk store pull'), or delete the steps that need it"

_CHUNK = 1 << 24


class Damage(NamedTuple):
    """Something that is no longer what was put there.

    Attributes:
        what: ``step``, ``table``, ``base``, ``study``, or what else whoever looks keeps in the store.
        name: its key or name.
        folder: where it lies; of what is a file alone, that file.
        found: what is wrong.
        cure: what to do.
    """

    what: str
    name: str
    folder: Path
    found: str
    cure: str


def verify_steps(
    store: Store, keys: Iterable[str], tell: Callable[[str], None] = lambda _: None
) -> Iterator[Damage]:
    """Compare every file of the steps with what was published; ``tell`` hears each key."""
    for key in keys:
        tell(key)
        folder = store.folder(key)
        if found := folder_damage(folder):
            yield Damage("step", key, folder, found, RUN_AGAIN)


def verify_rest(store: Store) -> Iterator[Damage]:
    """Look at the tables, the bases and the plans of kept studies."""
    for folder in _folders(store.tables):
        if found := table_damage(folder):
            yield Damage("table", folder.name, folder, found, PUT_BACK)
    for folder in _folders(store.bases):
        if found := folder_damage(folder):
            yield Damage("base", folder.name, folder, found, PUT_BACK)
    for path in kept_revisions(store):
        try:
            kept_parents(path.with_suffix(""))
        except UserError as error:
            name = f"{path.parent.name} {path.stem}"
            yield Damage("study", name, path.parent, str(error), "run the study again")


def folder_damage(folder: Path) -> str | None:
    """What is no longer as the manifest in ``folder`` says; ``None``: everything is."""
    files: Any = (read_json(folder / "manifest.json") or {}).get("files")
    try:
        return "manifest.json is missing or cannot be read" if files is None else damage(folder, files)
    except (KeyError, TypeError, AttributeError):
        return "manifest.json is no manifest"
    except OSError as error:
        return f"its files cannot be read: {error.strerror}"


def table_damage(folder: Path) -> str | None:
    """What is wrong with the embedding table in ``folder``, named after its values; ``None``: nothing is."""
    path = folder / "table.safetensors"
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            # one tensor: behind the description there are its values and nothing else
            stream.seek(HEADER + int.from_bytes(stream.read(HEADER), "little"))
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except (OSError, OverflowError):
        return f"{path.name} is missing or cannot be read"
    return None if digest.hexdigest() == folder.name else f"{path.name} is not what was put there"


def _folders(parent: Path) -> list[Path]:
    """Folders in ``parent``, drafts left out."""
    return sorted(path for path in parent.glob("[!.]*") if path.is_dir())
