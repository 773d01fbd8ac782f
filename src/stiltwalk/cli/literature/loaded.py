"""Models that a synthesis asks for: a judge or an encoder, by folder, hub id or key of a finished step."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from stiltwalk.cli import options
from stiltwalk.engine.digests import DigestCache
from stiltwalk.engine.encoders import locate_encoder
from stiltwalk.engine.prepare import step_key
from stiltwalk.literature.judging.entailing import EntailmentJudge
from stiltwalk.literature.records.evidence import Embed
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import Store
from stiltwalk.store.studies import kept_tasks


class _Found(NamedTuple):
    """A model on this disk.

    Attributes:
        folder: where it lies.
        name: with the first digits of the hash of its content, since the same name means the same answers.
    """

    folder: Path
    name: str


def loaded_judge(source: str, store: Store) -> EntailmentJudge:
    """The model of natural language inference that ``source`` names, as a judge.

    Args:
        source: a folder, a hub id, or the first 8 or more digits of the key of a target training.
        store: where finished steps are.

    Raises:
        UserError: there is none, it has no head, or its labels are not the three classes.
    """
    # torch comes with them
    from stiltwalk.compute.context import Place  # noqa: PLC0415
    from stiltwalk.compute.entailment import load_entailment, load_trained  # noqa: PLC0415

    key = step_key(source, store)
    if key is not None:
        place = Place(store, options.data_dir(None), {}, {}, {**kept_tasks(store), **TASKS})
        model = load_trained(place, key)
    else:
        model = load_entailment(*_found(source, store))
    return EntailmentJudge(model.name, model.probabilities)


def loaded_encoder(source: str, store: Store) -> Embed:
    """The encoder that ``source`` names, for vectors of sentences.

    Args:
        source: a folder, a packaged encoder, a hub id, or the first 8 or more digits of the key of a
            training.
        store: where finished steps are.

    Raises:
        UserError: there is none, or it cannot be read.
    """
    # torch comes with it
    from stiltwalk.compute.embedding_texts import load_embedder  # noqa: PLC0415

    key = step_key(source, store)
    if key is not None:
        return load_embedder(store.folder(key), f"step {key[:12]}")
    found = _found(source, store)
    return load_embedder(found.folder, found.name)


def _found(source: str, store: Store) -> _Found:
    digests = DigestCache(store.cache / "digests.json")
    located = locate_encoder(source, None, digests.digest)
    digests.keep()
    # where a folder lies is nobody else's business
    shown = located.folder.resolve().name if os.path.lexists(Path(source).expanduser()) else source
    return _Found(located.folder, f"{shown} ({located.fingerprint[:12]})")
