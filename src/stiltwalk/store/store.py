"""The store: finished steps, immutable and checked, and room for unfinished work.

STORE/format.json, steps/ab/KEY/ (published by one rename), tables/SHA256/ (embedding tables that steps
share), bases/NAME/ (models that they share), work/KEY.WORKER/, leases/, studies/, index/, cache/.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from stiltwalk.plan.steps import Step, parse_step
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import drop_folder, publish_folder, read_json, write_json
from stiltwalk.store.disk import writing
from stiltwalk.store.leases import Lease

FORMAT = 2
"""Version of the store's layout; an older one is taken over, a newer one is refused.

2: plans of kept studies lie in Parquet (``plans.py``), where 1 had one JSON file; that is still read.
"""

_OLDEST = 1

_MARKER = "format.json"

LET_GO = "let-go.json"
"""In the folder of a finished step whose model was deleted on purpose (``letting_go.py``)."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A finished step.

    Attributes:
        key: its key.
        folder: where its files lie.
        step: its record.
        facts: what carrying it out found: scores, counts, seconds, versions, caveats.
    """

    key: str
    folder: Path
    step: Step
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of finished and unfinished steps."""

    root: Path

    @property
    def leases(self) -> Path:
        """Folder of the lease files."""
        return self.root / "leases"

    @property
    def cache(self) -> Path:
        """Folder of what can be made again at any time."""
        return self.root / "cache"

    @property
    def tables(self) -> Path:
        """Folder of the embedding tables that trimmed steps go back to, by the SHA-256 of their values."""
        return self.root / "tables"

    @property
    def bases(self) -> Path:
        """Folder of the models that adapted steps go back to, by the key or content hash of their origin."""
        return self.root / "bases"

    @property
    def journal(self) -> Path:
        """Folder of the journals of what was published (``journal.py``)."""
        return self.root / "index" / "journal"

    def folder(self, key: str) -> Path:
        """Where the finished step ``key`` lies, or would lie."""
        return Path(f"{self.root}/steps/{key[:2]}/{key}")  # one path, not four: asked of thousands at once

    def has(self, key: str) -> bool:
        """Whether step ``key`` is finished."""
        return os.path.exists(f"{self.root}/steps/{key[:2]}/{key}/manifest.json")  # noqa: PTH110  as above

    def is_whole(self, key: str) -> bool:
        """Whether step ``key`` is finished, and nothing of it was let go."""
        return self.has(key) and not self.is_let_go(key)

    def is_let_go(self, key: str) -> bool:
        """Whether step ``key`` is finished, but its model was let go."""
        return os.path.exists(f"{self.root}/steps/{key[:2]}/{key}/{LET_GO}")  # noqa: PTH110  as above

    def workplaces(self, key: str) -> list[Path]:
        """Folders of unfinished work on step ``key``, whoever began it."""
        return sorted((self.root / "work").glob(f"{key}.*"))


def finished_keys(store: Store) -> Iterator[str]:
    """Keys of all finished steps, by a look at the folders that hold them."""
    with contextlib.suppress(FileNotFoundError):
        for shelf in os.scandir(store.root / "steps"):
            yield from (step.name for step in os.scandir(shelf) if store.has(step.name))


def default_root() -> Path:
    """``STILTWALK_STORE`` if set, else the platform's data folder."""
    named = os.environ.get("STILTWALK_STORE")
    return Path(named) if named else Path(platformdirs.user_data_dir("stiltwalk"))


def open_store(root: Path) -> Store:
    """The store at ``root``, made if there is none.

    Raises:
        UserError: ``root`` is another kind of folder, was written by a newer version, or cannot be made.
    """
    marker = root / _MARKER
    try:
        if not marker.exists():
            # what begins with a dot is a draft of format.json that a kill left behind
            if root.exists() and any(not path.name.startswith(".") for path in root.iterdir()):
                raise UserError(
                    f"{root} is not empty and is no stiltwalk store (it has no format.json). "
                    "Give --store an empty or a new folder."
                )
            write_json(marker, {"format": FORMAT})
        found = json.loads(marker.read_text())["format"]
    except OSError as error:
        raise UserError(
            f"The store {root} cannot be opened: {error.strerror}. Give --store another folder."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{marker} is damaged: expected {{'format': {FORMAT}}}. Restore it.") from None
    if not isinstance(found, int) or isinstance(found, bool) or found < _OLDEST:
        raise UserError(f"{marker} is damaged: expected {{'format': {FORMAT}}}, found {found!r}. Restore it.")
    if found > FORMAT:
        raise UserError(
            f"The store {root} has format {found}, this version reads format {FORMAT}. Upgrade stiltwalk."
        )
    if found < FORMAT:
        # all of it is read as it is; from now on an older version would not understand what is added
        with contextlib.suppress(OSError):  # a store that may only be read stays as it is
            write_json(marker, {"format": FORMAT})
    return Store(root)


def store_around(folder: Path) -> Store | None:
    """The store that ``folder`` lies in, if it lies in any."""
    return next((Store(root) for root in folder.absolute().parents if (root / _MARKER).is_file()), None)


def read_artifact(store: Store, key: str) -> Artifact:
    """The finished step ``key``.

    Raises:
        UserError: it is not in the store, or its record is damaged.
    """
    folder = store.folder(key)
    try:
        record = json.loads((folder / "step.json").read_text())
        return Artifact(key, folder, parse_step(record["step"]), record["facts"])
    except FileNotFoundError:
        raise UserError(f"Step {key} is not in the store {store.root}.") from None
    except (ValueError, KeyError, TypeError):
        raise damaged_step(folder, "step.json is no record that this version can read") from None


def verify_artifact(artifact: Artifact) -> None:
    """Compare every file of ``artifact`` with its manifest.

    Raises:
        UserError: a file is missing or its content changed; names it and the cure.
    """
    manifest = read_json(artifact.folder / "manifest.json")
    if manifest is None:
        raise damaged_step(artifact.folder, "manifest.json is missing or cannot be read")
    if found := damage(artifact.folder, manifest["files"]):
        raise damaged_step(artifact.folder, found)


def damaged_step(folder: Path, what: str) -> UserError:
    """What to say of a finished step that is no longer what was published."""
    return UserError(
        f"The finished step in {folder} is damaged: {what}. Delete that folder and run the study again; "
        "only this step is computed anew."
    )


def files_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file below ``folder`` with its size and SHA-256, as a manifest has them."""
    return {
        str(path.relative_to(folder)): file_entry(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def file_entry(path: Path) -> dict[str, Any]:
    """What a manifest says of one file."""
    return {"bytes": path.stat().st_size, "sha256": _sha256(path)}


def damage(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> str | None:
    """What is no longer as ``files`` of a manifest say; ``None``: everything is."""
    for name, expected in files.items():
        path = folder / name
        if not path.exists():
            return f"{name} is missing"
        if path.stat().st_size != expected["bytes"] or _sha256(path) != expected["sha256"]:
            return f"{name} is not what was published"
    return None


def workplace(store: Store, lease: Lease) -> Path:
    """The folder to work in on the leased step; checkpoints that a dead worker left are taken over."""
    own = store.root / "work" / f"{lease.key}.{lease.worker.name}"
    left = sorted(store.workplaces(lease.key), key=_last_written)
    for older in left[:-1]:
        shutil.rmtree(older, ignore_errors=True)
    if left and left[-1] != own:
        left[-1].rename(own)
    own.mkdir(parents=True, exist_ok=True)
    (own / "error.json").unlink(missing_ok=True)
    return own


def publish(store: Store, key: str, step: Step, facts: Mapping[str, Any], draft: Path) -> bool:
    """Make ``draft`` the finished step ``key``: record, manifest, one rename.

    Returns:
        Whether this call published it; ``False``: another worker was first, ``draft`` was dropped.

    Raises:
        DiskError: the store is full, or may not be written; ``draft`` is kept.
    """
    final = store.folder(key)
    with writing(store.root):
        clear_place(store, key)
        record = {"key": key, "parents": list(step.parents), "step": step.model_dump(mode="json")}
        write_json(draft / "step.json", record | {"facts": dict(facts)})
        write_json(draft / "manifest.json", {"files": files_in(draft)})
        published = publish_folder(draft, final)
    if published:
        # light commands must not pay for the reading of tables
        from stiltwalk.store.publication import note_publication  # noqa: PLC0415

        note_publication(store.journal, key, final)
    return published


def clear_place(store: Store, key: str) -> None:
    """Make room for step ``key`` where one lies without its model, or what somebody left of one.

    Raises:
        OSError: that cannot be deleted.
    """
    if store.folder(key).exists() and not store.is_whole(key):
        drop_folder(store.folder(key))


def _last_written(folder: Path) -> float:
    """When anything below ``folder`` last changed."""
    return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
