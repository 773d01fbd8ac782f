"""Texts translated in batches, and kept as they come, so that a kill loses little of them.

They lie in ``translated/NNNNNN.json`` in the step's folder, one file for every time that something was kept,
written whole or not at all. Which batches there are follows from the texts alone, so that whoever goes on
comes to the same translations.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from stiltwalk.compute.context import Monitor, Ticker
from stiltwalk.compute.seq2seq import Translator
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import UserError
from stiltwalk.store.atomic import read_json, write_json


@dataclass(slots=True)
class Kept:
    """Sentence → translation, on disk up to the last time that it was kept.

    Attributes:
        folder: where the files lie.
        every: seconds after which it is due to be kept again.
        texts: sentence → translation.
        seconds: wall seconds that were spent until it was last kept, over all runs of the step.
    """

    folder: Path
    every: float
    texts: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    _new: dict[str, str] = field(default_factory=dict)
    _since: float = field(default_factory=time.monotonic)

    def read(self) -> None:
        """Take up what earlier runs have kept.

        Raises:
            UserError: a file is damaged.
        """
        for path in sorted(self.folder.glob("*.json")):
            found = read_json(path)
            if found is None:
                raise UserError(f"{path} is damaged. Delete it; what it held is translated anew.")
            self.texts |= found["texts"]
            self.seconds += found["seconds"]

    def add(self, translated: dict[str, str]) -> None:
        """Take in what was translated, and keep it if that is due."""
        self.texts |= translated
        self._new |= translated
        if time.monotonic() - self._since >= self.every:
            self.keep()

    def keep(self) -> None:
        """Write down what is new."""
        now = time.monotonic()
        if self._new:
            taken = now - self._since
            number = len(list(self.folder.glob("*.json")))
            write_json(self.folder / f"{number:06d}.json", {"texts": self._new, "seconds": taken})
            self.seconds += taken
        self._new, self._since = {}, now


def translate_texts(
    texts: Sequence[str],
    translator: Translator,
    step: TranslateStep,
    kept: Kept,
    monitor: Monitor,
) -> dict[str, int]:
    """Translate those of ``texts`` that are not ``kept`` yet; returns tokens read and texts that were cut.

    Batches hold sentences of similar length, the longest first, so that the largest memory is asked for at
    once. One for which memory runs out is halved, and so are those that follow.

    Raises:
        InterruptedRunError: asked to stop; what was translated is kept.
    """
    assert step.beams is not None, "a model searches"
    assert step.max_tokens is not None, "and has a longest sentence"
    assert step.batch_tokens is not None, "and batches"
    whole = [translator.encoded(text) for text in texts]
    encoded = [translator.cut(ids, step.max_tokens) for ids in whole]
    longest = [translator.longest(len(ids)) for ids in encoded]
    room, ticker = step.batch_tokens // step.beams, Ticker()
    waiting = batches([len(ids) for ids in encoded], longest, room)[::-1]
    try:
        while waiting:
            batch = waiting.pop()
            if all(texts[index] in kept.texts for index in batch):
                continue
            if len(batch) > 1 and len(batch) * len(encoded[batch[0]]) > room:
                waiting += _halves(batch)
                continue
            monitor.check()
            try:
                rows = [encoded[index] for index in batch]
                written = translator.translated(rows, step.beams, longest[batch[0]])
            except torch.OutOfMemoryError:
                if len(batch) == 1:
                    raise
                room = len(batch) * len(encoded[batch[0]]) // 2
                waiting += _halves(batch)
                continue
            kept.add({texts[index]: text for index, text in zip(batch, written, strict=True)})
            ticker.examples += len(batch)
            ticker.tell(monitor, "translating", len(kept.texts), len(texts))
    finally:
        kept.keep()
    return {
        "tokens": sum(map(len, encoded)),
        "cut_texts": sum(len(ids) < len(given) for ids, given in zip(encoded, whole, strict=True)),
    }


def batches(lengths: Sequence[int], longest: Sequence[int], room: int) -> list[list[int]]:
    """Indices in batches of at most ``room`` tokens with padding, or single; the longest first.

    Args:
        lengths: tokens of each sentence.
        longest: how long its translation may grow; sentences of a batch have it in common.
        room: most tokens of a batch.
    """
    found: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: (-longest[i], -lengths[i], i)):
        last = found[-1] if found else []
        fits = last and longest[last[0]] == longest[index] and (len(last) + 1) * lengths[last[0]] <= room
        if fits:
            last.append(index)
        else:
            found.append([index])
    return found


def _halves(batch: Sequence[int]) -> list[list[int]]:
    """Both halves, the second first: the last is taken first."""
    half = len(batch) // 2
    return [list(batch[half:]), list(batch[:half])]
