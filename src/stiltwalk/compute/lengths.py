"""How long examples are in the sub-words of a tokenizer: what a plan reckons with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stiltwalk.compute.encoder import load_tokenizer
from stiltwalk.compute.kinds import KINDS, kind_of
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.tokens import Item
from stiltwalk.compute.vocabulary import given_tokenizer
from stiltwalk.plan.amounts import Texts
from stiltwalk.spec.examples import Aligned, Example, Line, Paired, main_texts
from stiltwalk.spec.task import Task


def tokenizer_in(folder: Path) -> Any:
    """The tokenizer of an encoder in ``folder``, or of a vocabulary where that is a file.

    Raises:
        UserError: there is none.
    """
    if folder.is_file():
        return given_tokenizer(folder, max_tokens=512)
    return load_tokenizer(folder / "tokenizer" if (folder / "tokenizer").is_dir() else folder)


def lengths_of(examples: Sequence[Example], tokenizer: Any, task: Task, max_tokens: int) -> Texts:
    """What ``examples`` come to, as they are trained on or predicted: cut, in windows, with special tokens.

    Raises:
        UserError: the tokenizer is not fast, or there is no room for a token.
    """
    items = _encoded(examples, tokenizer, task, max_tokens)
    rows = sum(len(item.sequences) for item in items)
    tokens = sum(len(sequence.ids) for item in items for sequence in item.sequences)
    count = max(1, len(items))
    return Texts(len(items) / max(1, len(examples)), rows / count, tokens / count, "sampled")


def _encoded(examples: Sequence[Example], tokenizer: Any, task: Task, max_tokens: int) -> list[Item]:
    """The items of ``examples``; sentences that vectors are made of are lines, each alone."""
    paired = all(isinstance(example, Paired) for example in examples)
    if task.type in KINDS and (task.type != "sentence-retrieval" or paired):
        return kind_of(task).encode(examples, tokenizer, task, max_tokens)
    lines = [Line(example.id, text) for example in examples for text in _sentences(example)]
    return encode_lines(lines, tokenizer, max_tokens)


def _sentences(example: Example) -> tuple[str, ...]:
    """Every text of an example that is read: of a sentence and its translation both."""
    return (example.text, example.english) if isinstance(example, Aligned) else main_texts(example)
