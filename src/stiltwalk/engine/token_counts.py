"""How long the examples of a study are for its encoders: from a sample, read once, or a typical figure.

What was found is kept in STORE/cache/lengths.json by the content of the examples and of the tokenizer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from stiltwalk.compute.context import Place
from stiltwalk.data.load import load_candidates, stream
from stiltwalk.engine.missing import is_absent
from stiltwalk.plan.amounts import Texts
from stiltwalk.plan.reads import CANDIDATES, Asked
from stiltwalk.plan.references import translation_key
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Example
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.lengths import most_rows, usual_length
from stiltwalk.store.atomic import read_json, write_cache

SAMPLE = 200
"""Examples that are looked at of each set."""

MOST_APART = 20
"""Of larger sets every so manieth: files lie in some order, and to read all of a large one takes long."""


@dataclass(slots=True)
class TokenCounts:
    """What examples come to for an encoder; remembers what it has read.

    Attributes:
        place: where data lies.
        readers: encoder → what its tokenizer goes by, and where it lies; encoders without one are not there.
        counts: task, split and language → how many examples there are.
        say: told once before anything is read.
        known: what was found before, by content.
        tokenizers: those that were loaded.
        told: whether ``say`` was told, which is when something new was found.
    """

    place: Place
    readers: Mapping[str, tuple[str, Path]]
    counts: Callable[[str, Any, str], int]
    say: Callable[[str], None]
    known: dict[str, Any] = field(default_factory=dict)
    tokenizers: dict[str, Any] = field(default_factory=dict)
    told: bool = False

    def of(self, asked: Asked) -> Texts:
        """What examples of that kind come to: sampled where they and a tokenizer are there, else assumed."""
        reader = self.readers.get(asked.encoder)
        if translation_key(asked.content) is not None:  # not made yet: about as long as the English
            asked = asked._replace(language=SOURCE_LANGUAGE, content="")
        if reader is None or is_absent(asked.content):
            return assumed(asked, self.place)
        name = "|".join((reader[0], *map(str, asked[1:]), version("stiltwalk")))
        if name not in self.known:
            try:
                found = self._sampled(asked, reader)
            except UserError:  # of examples that are not there, or a tokenizer that cannot be read
                return assumed(asked, self.place)
            self.known[name] = list(found[:3])
        items, rows, tokens = self.known[name]
        return Texts(items, rows, tokens, "sampled")

    def keep(self) -> None:
        """Write down what was found."""
        write_cache(_file(self.place), self.known)

    def _sampled(self, asked: Asked, reader: tuple[str, Path]) -> Texts:
        # brings in torch, which a plan that was made before does without
        from stiltwalk.compute.lengths import lengths_of, tokenizer_in  # noqa: PLC0415

        if not self.told:
            self.say("reading samples of the examples for their length in sub-words; kept for the next plan")
            self.told = True
        if reader[0] not in self.tokenizers:
            self.tokenizers[reader[0]] = tokenizer_in(reader[1])
        return lengths_of(
            self._examples(asked),
            self.tokenizers[reader[0]],
            find_task(asked.task, self.place.tasks),
            asked.max_tokens,
        )

    def _examples(self, asked: Asked) -> list[Example]:
        task = find_task(asked.task, self.place.tasks)
        if asked.language == CANDIDATES:
            return list(load_candidates(task, asked.split, self.place.data_dir)[:SAMPLE])
        every = 1
        if task.generator is None:  # what is made is alike throughout, and dear to make
            count = self.counts(asked.task, asked.split, asked.language)
            every = min(max(1, count // SAMPLE), MOST_APART)
        there = stream(task, asked.split, asked.language, self.place.data_dir, every * SAMPLE)
        return list(islice(there, 0, None, every))


def token_counts(
    place: Place,
    readers: Mapping[str, tuple[str, Path]],
    counts: Callable[[str, Any, str], int],
    say: Callable[[str], None],
) -> TokenCounts:
    """Counts that go on from what the store of ``place`` knows."""
    return TokenCounts(place, readers, counts, say, dict(read_json(_file(place)) or {}))


def assumed(asked: Asked, place: Place) -> Texts:
    """A typical figure of the task, or else the longest input there may be."""
    task = find_task(asked.task, place.tasks)
    found = usual_length(task, asked.max_tokens)
    if found is None:
        rows = most_rows(task)
        return Texts(1.0, rows, float(rows * asked.max_tokens), "at most")
    return Texts(found.items, found.rows, found.tokens, "assumed")


def _file(place: Place) -> Path:
    return place.store.cache / "lengths.json"
