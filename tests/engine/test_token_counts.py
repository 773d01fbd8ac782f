"""Tests of where lengths are from: a sample, a typical figure, or the longest there may be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from stiltwalk.compute.context import Place
from stiltwalk.engine.encoders import packaged_encoders
from stiltwalk.engine.missing import absent
from stiltwalk.engine.token_counts import TokenCounts, token_counts
from stiltwalk.plan.reads import Asked
from stiltwalk.plan.references import translation_content
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.worlds import write_world


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The tiny world and an empty store."""
    return Place(open_store(tmp_path / "store"), write_world(tmp_path / "data"), {}, {}, TASKS)


def _counts(
    place: Place, said: list[str], readers: Mapping[str, tuple[str, Path]] | None = None
) -> TokenCounts:
    xs = packaged_encoders()["pocket-xs"]
    own = {"xs": ("hash", xs)} if readers is None else readers
    return token_counts(place, own, lambda task, split, language: 48, said.append)


ENGLISH = Asked("xs", "commonsenseqa", "train", "en", "content", 128)


def test_a_sample_is_read_and_kept(place: Place) -> None:
    """Five choices each; said once; the next plan finds it in the cache."""
    said: list[str] = []
    first = _counts(place, said)
    found = first.of(ENGLISH)
    assert (found.items, found.rows, found.known) == (1, 5, "sampled")
    assert found.tokens > 5 * 3
    assert first.of(ENGLISH._replace(split="dev", content="other")).known == "sampled"
    assert len(said) == 1
    first.keep()
    assert _counts(place, said).of(ENGLISH) == found
    assert len(said) == 1


def test_what_is_translated_is_as_long_as_the_english(place: Place) -> None:
    """It is not made yet."""
    translated = ENGLISH._replace(language="sw", content=translation_content("key"))
    counts = _counts(place, [])
    assert counts.of(translated) == counts.of(ENGLISH)


@pytest.mark.parametrize(
    "asked",
    [
        ENGLISH._replace(encoder="another"),
        ENGLISH._replace(content=absent("commonsenseqa", "train", "en")),
        ENGLISH._replace(split="test", language="fr"),  # there is no such split
    ],
)
def test_assumed(place: Place, asked: Asked) -> None:
    """Without a tokenizer or the examples: what is usual of the task, cut to what may be."""
    assert _counts(place, []).of(asked) == (1, 5, 109, "assumed")
    assert _counts(place, []).of(asked._replace(max_tokens=10)) == (1, 5, 50, "assumed")


def test_at_most(place: Place) -> None:
    """Nothing is known of the task but the longest input, and how many of them an item has."""
    asked = Asked("another", "hellaswag", "train", "en", "content", 64)
    assert _counts(place, []).of(asked) == (1, 4, 256, "at most")
    assert _counts(place, []).of(asked._replace(task="qqp")) == (1, 1, 64, "at most")


def test_a_cache_that_is_damaged_is_read_anew(place: Place) -> None:
    """It is a cache."""
    (place.store.cache).mkdir(exist_ok=True)
    (place.store.cache / "lengths.json").write_text("{")
    assert _counts(place, []).of(ENGLISH).known == "sampled"
