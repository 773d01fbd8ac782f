"""The shape of a study's encoder before anything is fetched or trained: for arithmetic alone."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import HFValidationError

from stiltwalk.engine.encoders import packaged_encoder
from stiltwalk.engine.memory import sizes_of
from stiltwalk.engine.prepare import step_key
from stiltwalk.plan.sizes import Sizes, sizes_in, sizes_of_known, sizes_to_be
from stiltwalk.spec.encoder_configs import KNOWN_CONFIGS
from stiltwalk.spec.encoders import KNOWN_ENCODERS, EncoderChoice
from stiltwalk.spec.errors import UserError, nearest
from stiltwalk.store.store import Store


def sizes_before(choice: EncoderChoice, store: Store) -> Sizes:
    """The shape of ``choice``: from its recipe, its config if that is on this machine, or published counts.

    Raises:
        UserError: it is in none of them.
    """
    if choice.pretrain is not None:
        recipe = choice.pretrain
        return sizes_to_be(recipe.shape, 0 if recipe.vocabulary else recipe.vocabulary_size)
    source = str(choice.source)
    folder = _folder(source, choice.revision, store)
    found = None
    if folder is not None:
        found = sizes_of(folder / "model" if (folder / "model").is_dir() else folder)
    found = found or published_sizes(source)
    if found is None:
        close = nearest(source, {**KNOWN_ENCODERS, **KNOWN_CONFIGS})
        hint = f" Did you mean '{close}'?" if close else ""
        raise UserError(
            f"The sizes of encoder '{source}' are not known: it is no folder, not in the local hub cache, "
            f"and no name that is known.{hint} Give a folder with its config.json."
        )
    return found


def published_sizes(source: str) -> Sizes | None:
    """The shape of the encoder with the hub id ``source`` as it was published; ``None``: not known here."""
    known = KNOWN_ENCODERS.get(source)
    return sizes_of_known(known) if known is not None else sizes_in(KNOWN_CONFIGS.get(source, {}))


def _folder(source: str, revision: str | None, store: Store) -> Path | None:
    """Where a config may lie; nothing is fetched."""
    key = step_key(source, store)
    return store.folder(key) if key is not None else local_encoder(source, revision)


def local_encoder(source: str, revision: str | None) -> Path | None:
    """The folder of a given encoder that is on this machine; ``None``: it is not. Nothing is fetched."""
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    try:
        cached = try_to_load_from_cache(source, "config.json", revision=revision)
    except HFValidationError:
        cached = None
    return packaged_encoder(source) or (Path(cached).parent if isinstance(cached, str) else None)
