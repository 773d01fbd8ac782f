"""Given encoders: a folder on disk or a snapshot from a hub, known by the hash of what it holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from stiltwalk.plan.steps import canonical_json
from stiltwalk.spec.errors import UserError

# weights in safetensors only; everything a tokenizer may need; nothing that runs
_PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.vocab")
_DEPTHS = ("num_hidden_layers", "num_layers", "n_layers")


class LocatedEncoder(NamedTuple):
    """Where a given encoder lies, the hash of its content, and its depth."""

    folder: Path
    fingerprint: str
    layers: int


def locate_encoder(source: str, revision: str | None, digest: Callable[[Path], str]) -> LocatedEncoder:
    """The encoder that ``source`` names: a folder if there is one, else a hub id.

    Raises:
        UserError: neither; or the folder holds no config or no safetensors weights.
    """
    folder = Path(source).expanduser()
    if not folder.is_dir():
        folder = _snapshot(source, revision)
    files = sorted(path for pattern in _PATTERNS for path in folder.glob(pattern))
    if not any(path.suffix == ".safetensors" for path in files):
        raise UserError(
            f"{folder} holds no safetensors weights, and no other kind is read. "
            "Save the model with save_pretrained from transformers 5 or later."
        )
    content = canonical_json({path.name: digest(path) for path in files})
    return LocatedEncoder(folder, hashlib.sha256(content.encode()).hexdigest(), layers_of(folder))


def layers_of(folder: Path) -> int:
    """Depth of the encoder in ``folder``, from its config.

    Raises:
        UserError: no readable config.json, or one that does not say.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"No encoder can be read from {folder}: config.json: {error}.") from None
    for name in _DEPTHS:
        if name in config:
            return int(config[name])
    raise UserError(f"{folder / 'config.json'} does not say how many layers there are ({_DEPTHS[0]}).")


def _snapshot(source: str, revision: str | None) -> Path:
    try:
        return Path(snapshot_download(source, revision=revision, allow_patterns=list(_PATTERNS)))
    except HFValidationError:
        raise UserError(
            f"There is no encoder '{source}': no such folder, and no hub id (a hub id is OWNER/NAME)."
        ) from None
    except (RepositoryNotFoundError, RevisionNotFoundError):
        raise UserError(
            f"The hub has no encoder '{source}'" + (f" at revision {revision}." if revision else ".")
        ) from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise UserError(
            f"The encoder '{source}' is neither a folder nor in the local hub cache, and the hub cannot be "
            f"reached ({type(error).__name__}). Fetch it where there is a network, or give a folder."
        ) from None
