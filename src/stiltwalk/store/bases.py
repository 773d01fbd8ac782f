"""Bases: models that adapted steps go back to, each kept once, whatever becomes of where it came from."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from stiltwalk.plan.references import is_base
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import publish_folder, read_json, share_file, write_json
from stiltwalk.store.store import Store, damage, files_in

ADAPTERS = "adapters.safetensors"
"""The file of a model that holds only what is added to one of these."""

_MANIFEST = "manifest.json"
_FILES = ("config.json", "*.safetensors", "*.safetensors.index.json")


def keep_base(store: Store, parent: str, model: Path) -> str:
    """Put a model into the store, unless it is there.

    Files of a finished step are immutable and are only linked, where the disk can; others are copied.

    Args:
        store: where to.
        parent: what it is, named as a step names its parent.
        model: the folder that its config and weights lie in.

    Returns:
        Its name in the store.
    """
    name = parent.rpartition(":")[2]
    final = store.bases / name
    if not final.exists():
        store.bases.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".", dir=store.bases))
        draft.chmod(0o755)  # a temporary folder is its owner's alone
        for pattern in _FILES:
            for path in model.glob(pattern):
                put = shutil.copyfile if is_base(parent) else share_file
                put(path.resolve(), draft / path.name)
        write_json(draft / _MANIFEST, {"files": files_in(draft)})
        publish_folder(draft, final)
    return name


def base_folder(store: Store, name: str) -> Path:
    """The folder of the model that :func:`keep_base` called ``name``.

    Raises:
        UserError: it is gone or changed.
    """
    folder = store.bases / name
    manifest = read_json(folder / _MANIFEST)
    found = "it is missing" if manifest is None else damage(folder, manifest["files"])
    if found:
        raise UserError(
            f"The model in {folder}, which adapted steps go back to, is damaged: {found}. Delete that folder "
            "and the folders of the trained steps that descend from it, and run the study again."
        )
    return folder
