"""The examples of a pocket task: made from a seed, the same on every machine, in any of eight languages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from typing import Any

from stiltwalk.pocket.generators.causes import CAUSES
from stiltwalk.pocket.generators.inference import ENTAILMENT, NLI, NLI_HYPOTHESIS
from stiltwalk.pocket.generators.mining import MINING
from stiltwalk.pocket.generators.paraphrase import PARAPHRASE
from stiltwalk.pocket.generators.questions import QUESTIONS
from stiltwalk.pocket.generators.sentences import ALIGNED
from stiltwalk.pocket.generators.tags import NER, POS
from stiltwalk.pocket.generators.text import TEXT
from stiltwalk.pocket.parts import Generator, meanings
from stiltwalk.pocket.voice import voice
from stiltwalk.spec.errors import unknown_name
from stiltwalk.spec.examples import Example
from stiltwalk.spec.task import SplitName

GENERATORS: Mapping[str, Generator[Any]] = {
    "aligned": ALIGNED,
    "causes": CAUSES,
    "entailment": ENTAILMENT,
    "mining": MINING,
    "ner": NER,
    "nli": NLI,
    "nli-hypothesis": NLI_HYPOTHESIS,
    "paraphrase": PARAPHRASE,
    "pos": POS,
    "questions": QUESTIONS,
    "text": TEXT,
}
"""A task record's ``generator`` → how its examples are made."""

_OWN_STORIES = frozenset({"text"})
"""Generators whose languages do not translate one another."""


_STREAMS = {"nli-hypothesis": "nli"}
"""Generators that show the meanings of another in another way."""


@lru_cache(maxsize=64)
def generate(generator: str, part: SplitName, language: str, size: int, seed: int) -> tuple[Example, ...]:
    """``size`` examples of a part of the world, in one language.

    The same arguments give the same examples everywhere; a smaller ``size`` gives the first of a larger; and
    every language gives exact translations of the others, under the same ids (but for raw text).

    Raises:
        UnknownNameError: no such generator or language.
        StiltwalkError: the world has fewer different examples.
    """
    if generator not in GENERATORS:
        raise unknown_name("generator", generator, GENERATORS)
    chosen, spoken = GENERATORS[generator], voice(language)
    # raw text is each language's own, so that nothing but the aligned lines links two languages
    told = (
        list(islice(meanings(chosen, f"{generator}-{language}", part, seed), size))
        if generator in _OWN_STORIES
        else _told(generator, part, size, seed)
    )
    return tuple(chosen.render(meaning, f"{part}-{number}", spoken) for number, meaning in enumerate(told))


@lru_cache(maxsize=32)
def _told(generator: str, part: SplitName, size: int, seed: int) -> list[Any]:
    """The meanings that all languages share, drawn once."""
    stream = _STREAMS.get(generator, generator)
    return list(islice(meanings(GENERATORS[generator], stream, part, seed), size))


@cache
def world_digest() -> str:
    """SHA-256 (hex) of everything the examples depend on: the world's tables, lexicons and program text."""
    digest = hashlib.sha256()
    for name, content in sorted(_contents(files("stiltwalk.pocket"), "")):
        digest.update(f"{name}\0".encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _contents(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        if item.is_dir() and item.name not in {"__pycache__", "encoders"}:
            found += _contents(item, f"{prefix}{item.name}/")
        elif item.name.endswith((".py", ".tsv")):
            found.append((prefix + item.name, item.read_bytes()))
    return found
