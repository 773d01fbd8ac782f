"""Tests of compute.token_cache: what is looked up is what the tokenizer makes, whatever a file holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.pairs import encode_choices, encode_classified
from stiltwalk.compute.questions import encode_questions
from stiltwalk.compute.tagging import encode_tagged
from stiltwalk.compute.token_cache import CachedTokenizer, cached, tokenizer_sha256
from stiltwalk.compute.tokens import Item, Tokenizer, subwords, subwords_with_offsets
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.examples import Answer, Choices, Classified, Question, Tagged
from tests.fakes import KINDS, TEXTS, Kind, tiny_tokenizer
from tests.worlds import node

PLAIN = ("The old dog sleeps .", "", "Who stört the fox ?", "Собака , 那 只 狗", "The old dog sleeps .")

EVERY_KIND: tuple[Callable[[Tokenizer], list[Item]], ...] = (
    lambda reader: encode_classified(
        [Classified(f"{n}", text, "the fox" if n % 2 else None, n % 3) for n, text in enumerate(TEXTS)],
        reader,
        9,
    ),
    lambda reader: encode_choices([Choices("c", TEXTS[0], (TEXTS[1], TEXTS[2]), 1)], reader, 16),
    lambda reader: encode_questions(
        [Question("q", "who sleeps ?", " ".join(PLAIN), (Answer("dog", 8),))], reader, 24, 6, 8
    ),
    lambda reader: encode_tagged(
        [Tagged("t", ("The", "dog", "ß", ""), ("A", "B", "A", "B"))], reader, 8, ("A", "B")
    ),
)
"""The kinds of tasks that read texts in different ways."""


class Counting:
    """A tokenizer that counts the lists it is given."""

    def __init__(self, kind: Kind) -> None:
        self.tokenizer = tiny_tokenizer(kind)
        self.lists = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tokenizer, name)

    def __call__(self, text: Any, *rest: Any, **options: Any) -> Any:
        """As the tokenizer."""
        self.lists += isinstance(text, list)
        return self.tokenizer(text, *rest, **options)


def files(reader: CachedTokenizer) -> list[Path]:
    """What is kept for it."""
    return sorted(reader.folder.iterdir())


def as_lists(items: Sequence[Item]) -> list[Any]:
    """Items as values that can be compared."""
    return [
        (
            item.example,
            [(row.ids.tolist(), row.segments.tolist()) for row in item.sequences],
            item.target.tolist(),
            item.positions.tolist(),
            item.first_word,
            item.window and (item.window.offsets.tolist(), item.window.may_start.tolist()),
        )
        for item in items
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encode", EVERY_KIND)
def test_the_same_items(kind: Kind, encode: Callable[[Tokenizer], list[Item]], tmp_path: Path) -> None:
    """Without the cache, while it is filled, and when it is read, then without the tokenizer: the same."""
    tokenizer = Counting(kind)
    expected = as_lists(encode(tokenizer.tokenizer))
    assert as_lists(encode(cached(tokenizer, tmp_path))) == expected
    assert tokenizer.lists > 0
    tokenizer.lists = 0
    assert as_lists(encode(cached(tokenizer, tmp_path))) == expected
    assert tokenizer.lists == 0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=12) | st.sampled_from(PLAIN), max_size=6))
def test_any_texts(texts: list[str], tmp_path: Path) -> None:
    """Whatever the texts, repeated and empty ones among them: the same sub-words and offsets."""
    tokenizer = tiny_tokenizer("wordpiece")
    for reader in (cached(tokenizer, tmp_path), cached(tokenizer, tmp_path)):
        assert [ids.tolist() for ids in subwords(reader, texts)] == [
            ids.tolist() for ids in subwords(tokenizer, texts)
        ]
        assert [(ids.tolist(), spans.tolist()) for ids, spans in subwords_with_offsets(reader, texts)] == [
            (ids.tolist(), spans.tolist()) for ids, spans in subwords_with_offsets(tokenizer, texts)
        ]


def test_what_is_read_is_the_file(tmp_path: Path) -> None:
    """Sub-words that were looked up are views of a file in memory, and cannot be written."""
    tokenizer = tiny_tokenizer("wordpiece")
    subwords(cached(tokenizer, tmp_path), PLAIN)
    found = subwords(cached(tokenizer, tmp_path), PLAIN)[0]
    assert not found.flags.owndata
    assert not found.flags.writeable


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), flip=st.integers(0, 400), offsets=st.booleans())
def test_a_damaged_file_is_written_anew(cut: int, flip: int, offsets: bool, tmp_path: Path) -> None:
    """Cut short, or with a bit turned, anywhere: nobody reads it, and the next finds it whole."""
    tokenizer = Counting("wordpiece")
    reader = cached(tokenizer, tmp_path)
    read: Any = subwords_with_offsets if offsets else subwords
    expected = str(read(reader, PLAIN))
    path = next(path for path in files(reader) if ("offsets" in path.name) == offsets)
    whole = path.read_bytes()
    turned = bytearray(whole)
    turned[flip % len(whole)] ^= 1 << flip % 8
    for damaged in (whole[: cut % len(whole)], bytes(turned)):
        path.write_bytes(damaged)
        assert str(read(reader, PLAIN)) == expected
        assert path.read_bytes() == whole
    tokenizer.lists = 0
    assert str(read(reader, PLAIN)) == expected
    assert tokenizer.lists == 0


def test_a_file_of_other_texts_is_not_read(tmp_path: Path) -> None:
    """One that is whole, but not of as many texts, or without the offsets, is written anew."""
    reader = cached(tiny_tokenizer("wordpiece"), tmp_path)
    subwords(reader, PLAIN[:1])
    (short,) = files(reader)
    content = short.read_bytes()
    expected = [(ids.tolist(), spans.tolist()) for ids, spans in subwords_with_offsets(reader, PLAIN)]
    (path,) = (path for path in files(reader) if "offsets" in path.name)
    path.write_bytes(content)
    found = subwords_with_offsets(reader, PLAIN)
    assert [(ids.tolist(), spans.tolist()) for ids, spans in found] == expected


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """A cache that is no folder costs time, and no run."""
    (tmp_path / "tokens").write_text("in the way")
    tokenizer = tiny_tokenizer("unigram")
    found = subwords(cached(tokenizer, tmp_path), PLAIN)
    assert [ids.tolist() for ids in found] == [ids.tolist() for ids in subwords(tokenizer, PLAIN)]


def test_what_was_read_longest_ago_makes_room(tmp_path: Path) -> None:
    """What does not fit any more is deleted as something is written: least recently read first."""
    one, other = (tiny_tokenizer(kind) for kind in ("wordpiece", "unigram"))
    subwords(cached(one, tmp_path), ["the old dog"])
    size = 3 * files(cached(one, tmp_path))[0].stat().st_size
    readers = [cached(tokenizer, tmp_path, size) for tokenizer in (one, other)]
    kept = files(readers[0])
    for texts in (["the dog old"], ["old the dog"]):
        subwords(readers[0], texts)
        kept += [path for path in files(readers[0]) if path not in kept]
    for age, path in enumerate(reversed(kept)):
        os.utime(path, (1000 - age, 1000 - age))
    subwords(readers[0], ["the old dog"])  # the first one is read again
    subwords(readers[1], ["the dog"])
    left = [path for reader in readers for path in files(reader)]
    assert kept[0] in left
    assert kept[1] not in left
    assert sum(path.stat().st_size for path in left) <= size
    assert len(left) >= 2


def test_what_is_too_large_is_kept_while_it_is_new(tmp_path: Path) -> None:
    """One that does not fit at all pushes all others out, and goes as the next one is written."""
    reader = cached(tiny_tokenizer("wordpiece"), tmp_path, 1)
    subwords(reader, PLAIN)
    (large,) = files(reader)
    found = subwords(reader, PLAIN)
    assert files(reader) == [large]
    expected = [ids.tolist() for ids in found]
    subwords(reader, ("the fox",))
    assert large not in files(reader)
    # it is still mapped, and stays what it was
    assert [ids.tolist() for ids in found] == expected
    assert [ids.tolist() for ids in subwords(reader, PLAIN)] == expected


def test_lists_are_told_apart(tmp_path: Path) -> None:
    """Where one text ends and the next begins, their order and the offsets make another file."""
    reader = cached(tiny_tokenizer("wordpiece"), tmp_path)
    for texts in (("a", "bc"), ("ab", "c"), ("bc", "a"), ("abc",), ("abc", "")):
        subwords(reader, texts)
    assert len(files(reader)) == 5
    subwords_with_offsets(reader, ("abc",))
    assert len(files(reader)) == 6


def test_tokenizers_are_told_apart(tmp_path: Path) -> None:
    """By what they make of texts; and not by how they were last told to cut, or whether they were saved."""
    tokenizer, other = tiny_tokenizer("wordpiece"), tiny_tokenizer("unigram")
    known = tokenizer_sha256(tokenizer)
    assert known != tokenizer_sha256(other)
    tokenizer(["the dog"], truncation=True, max_length=4, padding="max_length")
    assert tokenizer_sha256(tokenizer) == known
    tokenizer.add_tokens(["stört"])
    assert tokenizer_sha256(tokenizer) != known


def test_one_that_is_not_fast_is_left_alone(tmp_path: Path) -> None:
    """What it is refused for is said where it is read with."""
    slow = object()
    assert cached(slow, tmp_path) is slow


def test_steps_share_it(finished: Prepared) -> None:
    """An arm and the encoder that it began with read from the same folder of the store."""
    store = finished.place.store
    begun = node(finished.plan, "predict tatoeba").step
    assert isinstance(begun, PredictStep)
    trained = next(each for each in finished.plan.nodes.values() if isinstance(each.step, TrainStep))
    starts = [load_start(finished.place, parent) for parent in (begun.parent, trained.key)]
    folders = {start.reader.folder for start in starts if isinstance(start.reader, CachedTokenizer)}
    (folder,) = folders
    assert folder.parent == store.cache / "tokens"
    assert [folder] == list((store.cache / "tokens").iterdir())
    assert all(np.fromfile(path, dtype="<i4").size > 3 for path in folder.iterdir())
