"""Given encoders: a folder on disk or a snapshot from a hub, known by the hash of what it holds."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable
from importlib.resources import files as files_of
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import safe_open

from stiltwalk.plan.steps import canonical_json
from stiltwalk.spec.errors import UserError, nearest, unknown_name
from stiltwalk.spec.reading import Nature, nature_of
from stiltwalk.spec.sentence_encoders import SentencePipeline, read_pipeline

# weights in safetensors only; everything a tokenizer may need; nothing that runs. On a hub a star also stands
# for sub-folders, so that those of a sentence encoder (1_Pooling, 2_Dense) come along
PATTERNS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.vocab")
_DEPTHS = ("num_hidden_layers", "num_layers", "n_layers")


class LocatedEncoder(NamedTuple):
    """Where a given encoder lies, the hash of its content, its depth, pipeline if it has one, and nature."""

    folder: Path
    fingerprint: str
    layers: int
    sentences: SentencePipeline | None
    nature: Nature


def locate_encoder(source: str, revision: str | None, digest: Callable[[Path], str]) -> LocatedEncoder:
    """The encoder that ``source`` names: a folder if there is one, else a packaged encoder, else a hub id.

    Raises:
        UserError: none of these; or the folder holds no config or no safetensors weights; or it is laid out
            as a sentence encoder, but with modules that are not known.
    """
    folder = encoder_folder(source, revision)
    # laid out as a step is: the encoders of this package
    laid_out = (folder / "model").is_dir()
    if laid_out:
        _require_whole(folder, digest)
    sentences = None if laid_out else read_pipeline(folder)
    parts = [folder / name for name in ("model", "tokenizer", "heads")] if laid_out else [folder]
    parts += [folder / name for name in sentences.parts] if sentences else []
    files = sorted(path for part in parts for pattern in PATTERNS for path in part.glob(pattern))
    if not any(path.suffix == ".safetensors" for path in files):
        raise UserError(
            f"{folder} holds no safetensors weights, and no other kind is read. "
            "Save the model with save_pretrained from transformers 5 or later."
        )
    fingerprint = content_of(files, folder, digest)
    return LocatedEncoder(folder, fingerprint, layers_of(parts[0]), sentences, nature_in(parts[0]))


def content_of(files: Iterable[Path], folder: Path, digest: Callable[[Path], str]) -> str:
    """The hash (SHA-256, hex) of ``files`` with their names within ``folder``."""
    content = canonical_json({path.relative_to(folder).as_posix(): digest(path) for path in files})
    return hashlib.sha256(content.encode()).hexdigest()


def encoder_folder(source: str, revision: str | None) -> Path:
    """The folder of the encoder that ``source`` names: fetched from the hub if it is nowhere else.

    Raises:
        UserError: there is no such encoder.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    packaged = packaged_encoders()
    # a hub is not asked for a packaged encoder misspelt: none of its models without an owner is called so
    if source not in packaged and "/" not in source and nearest(source, packaged):
        raise unknown_name("packaged encoder", source, packaged)
    return packaged.get(source) or snapshot(source, revision, "encoder", PATTERNS)


def packaged_encoder(name: str) -> Path | None:
    """The folder of an encoder that comes with this package, such as ``pocket-s``; ``None``: no such one."""
    return packaged_encoders().get(name)


def packaged_encoders() -> dict[str, Path]:
    """Name → folder of the encoders that come with this package."""
    root = Path(str(files_of("stiltwalk.pocket"))) / "encoders"
    return {path.parent.name: path.parent for path in sorted(root.glob("*/manifest.json"))}


class PackagedEncoder(NamedTuple):
    """A packaged encoder for a table."""

    name: str
    layers: int
    hidden: int
    parameters: int
    encoder_parameters: int


def described_packaged() -> list[PackagedEncoder]:
    """The packaged encoders, smallest first; counts are read from the headers of their weights."""
    found = []
    for name, folder in packaged_encoders().items():
        config = json.loads((folder / "model" / "config.json").read_text(encoding="utf-8"))
        with safe_open(folder / "model" / "model.safetensors", framework="np") as file:
            sizes = {key: math.prod(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
        outside = sum(size for key, size in sizes.items() if "embeddings" not in key.split("."))
        total = sum(sizes.values())
        found.append(
            PackagedEncoder(name, config["num_hidden_layers"], config["hidden_size"], total, outside)
        )
    return sorted(found, key=lambda encoder: encoder.parameters)


def _require_whole(folder: Path, digest: Callable[[Path], str]) -> None:
    """Compare a packaged encoder with the checksums it came with."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return
    for name, expected in json.loads(manifest.read_text(encoding="utf-8"))["files"].items():
        path = folder / name
        if not path.is_file() or digest(path) != expected["sha256"]:
            raise UserError(f"{path} is not what this package came with. Install stiltwalk anew.")


def layers_of(folder: Path) -> int:
    """Depth of the encoder in ``folder``, from its config.

    Raises:
        UserError: no readable config.json, or one that does not say.
    """
    config = _config_in(folder)
    for name in _DEPTHS:
        if name in config:
            return int(config[name])
    raise UserError(f"{folder / 'config.json'} does not say how many layers there are ({_DEPTHS[0]}).")


def nature_in(folder: Path) -> Nature:
    """How the encoder in ``folder`` can be read, from its config.

    Raises:
        UserError: no readable config.json.
    """
    return nature_of(_config_in(folder))


def _config_in(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "config.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError) as error:
        raise UserError(f"No encoder can be read from {folder}: config.json: {error}.") from None


def snapshot(source: str, revision: str | None, kind: str, patterns: Iterable[str]) -> Path:
    """The folder of the ``kind`` of model with the hub id ``source``: in the hub's cache, fetched if need be.

    Args:
        source: the hub id.
        revision: of it; ``None``: the latest.
        kind: what messages call it.
        patterns: which files.

    Raises:
        UserError: there is no such model, or it is not in the cache and the hub cannot be reached.
    """
    # heavy, and no use where every encoder lies on this disk
    from huggingface_hub import snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import (  # noqa: PLC0415
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        return Path(snapshot_download(source, revision=revision, allow_patterns=list(patterns)))
    except HFValidationError:
        raise UserError(
            f"There is no {kind} '{source}': no such folder, and no hub id (a hub id is OWNER/NAME)."
        ) from None
    except (RepositoryNotFoundError, RevisionNotFoundError):
        raise UserError(
            f"The hub has no {kind} '{source}'" + (f" at revision {revision}." if revision else ".")
        ) from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise UserError(
            f"The {kind} '{source}' is neither a folder nor in the local hub cache, and the hub cannot be "
            f"reached ({type(error).__name__}). Fetch it where there is a network, or give a folder."
        ) from None
