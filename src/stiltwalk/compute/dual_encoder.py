"""Dual encoder: one encoder turns queries and candidates into unit vectors, compared by dot product.

The model of XTREME-R's LAReQA and Mewsli-X baselines (google-research/xtreme, third_party/bert.py): the first
token's state through a dense layer and tanh, at length 1; trained so that of the candidates of a small group
of pairs the scaled products pick each query's own. The loss goes from query to candidate only; the scale is
learnt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import torch
from accelerate import Accelerator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.context import Monitor, Progress
from stiltwalk.compute.encoder import Start, longest_input
from stiltwalk.compute.infer import infer
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.search import Found, merged, search
from stiltwalk.compute.tokens import Item, Tokenizer
from stiltwalk.compute.tokens import Sequence as Row
from stiltwalk.metrics.predictions import Prediction
from stiltwalk.metrics.statistics import RANKS
from stiltwalk.plan.steps import PredictStep
from stiltwalk.spec.examples import Candidate, Example, Line, Paired, Query, with_right
from stiltwalk.spec.task import Task

FIRST_SCALE = 100.0
"""What dot products are multiplied by before training moves it."""

TEXTS_A_CHUNK = 16384
"""Candidates that are encoded and compared before the next ones are looked at."""

Vectors = tuple[NDArray[np.float32], ...]
"""The unit vectors of an item's sequences."""


class DualEncoderHead(nn.Module):
    """Unit vectors of whole inputs, and the scale of their dot products."""

    reads_first_token = True

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.dense = nn.Linear(hidden, hidden)
        # what training adds: the scale itself would begin at 0, as every new parameter of one dimension
        self.scale_gain = nn.Parameter(torch.zeros(1))

    def forward(self, states: Tensor) -> Tensor:
        """``(rows, tokens, hidden)`` → ``(rows, hidden + 1)``: unit vectors, the scale behind each."""
        pooled = torch.tanh(self.dense(states[:, 0])).float()
        scale = (FIRST_SCALE + self.scale_gain.float()).expand(len(pooled), 1)
        return torch.cat([functional.normalize(pooled, dim=1), scale], dim=1)


def encode_paired(
    examples: Sequence[Paired], tokenizer: Tokenizer, task: Task, max_tokens: int
) -> list[Item]:
    """One item a pair, with two rows: the query, no longer than the task has it, and the candidate.

    Raises:
        UserError: the tokenizer is not fast, or there is no room for a token.
    """
    queries = encode_lines(
        [Line(e.id, e.query) for e in examples], tokenizer, longest_query(task, max_tokens)
    )
    candidates = encode_lines([Line(e.id, e.candidate) for e in examples], tokenizer, max_tokens)
    return [
        replace(query, sequences=query.sequences + candidate.sequences)
        for query, candidate in zip(queries, candidates, strict=True)
    ]


def longest_query(task: Task, max_tokens: int) -> int:
    """Most tokens of a query where a candidate may have ``max_tokens``."""
    return max_tokens if task.query_tokens is None else min(task.query_tokens, max_tokens)


def grouped(items: Sequence[Item], task: Task) -> list[Item]:
    """The pairs of an optimiser step in groups of ``task.negatives``, in their order, the last maybe smaller.

    A group is one item, its queries' rows before its candidates', so that it is never cut: which candidates a
    query is compared with does not depend on how a step is cut into micro-batches. Without ``negatives`` the
    whole step is one group.
    """
    size = task.negatives or len(items)
    parts = [items[first : first + size] for first in range(0, len(items), size)]
    return [replace(part[0], sequences=_queries_first(part)) for part in parts]


def _queries_first(part: Sequence[Item]) -> tuple[Row, ...]:
    return (*(item.sequences[0] for item in part), *(item.sequences[1] for item in part))


def pairs_in(item: Item) -> int:
    """How many pairs an item holds, grouped or not."""
    return len(item.sequences) // 2


def pair_loss(outputs: Tensor, micro: Micro) -> Tensor:
    """Over all groups, each query's cross-entropy among the candidates of its group, summed."""
    losses = []
    # in half precision a hundredfold cosine would be off by up to 0.4
    with torch.autocast(outputs.device.type, enabled=False):
        for group in torch.split(outputs.float(), list(micro.rows)):
            queries, candidates = group.chunk(2)
            products = queries[:, -1:] * (queries[:, :-1] @ candidates[:, :-1].T)
            own = torch.arange(len(products), device=products.device)
            losses.append(functional.cross_entropy(products, own, reduction="sum"))
    return torch.stack(losses).sum()


def unit_vectors(outputs: Tensor, micro: Micro) -> list[Vectors]:
    """The vectors of every item's sequences."""
    rows = iter(outputs[:, :-1].float().cpu().numpy())
    return [tuple(next(rows) for _ in range(count)) for count in micro.rows]


def as_queries(pairs: Sequence[Paired]) -> list[Query]:
    """Pairs as queries among the candidates of all of them; a text that several share is one candidate.

    It goes by the id of the first pair that has it.
    """
    names = _names(pairs)
    return [Query(pair.id, pair.query, pair.id, right=(names[pair.candidate],)) for pair in pairs]


def rank_pairs(
    examples: Sequence[Paired], items: Sequence[Item], scores: Sequence[Vectors], task: Task
) -> list[Prediction]:
    """For every pair's query the candidates nearest to it, among those of all pairs (see ``as_queries``)."""
    assert len(examples) == len(items) == len(scores), task.name
    names = _names(examples)
    places = {pair.id: place for place, pair in enumerate(examples)}
    queries = torch.from_numpy(np.stack([query for query, _ in scores]))
    candidates = torch.from_numpy(np.stack([scores[places[name]][1] for name in names.values()]))
    return _predictions(nearest(queries, [candidates], RANKS).places, list(names.values()))


def find(
    step: PredictStep,
    task: Task,
    model: nn.Module,
    start: Start,
    examples: Mapping[str, Sequence[Example]],
    shared: Sequence[Candidate],
    accelerator: Accelerator,
    monitor: Monitor,
) -> tuple[dict[str, tuple[Query, ...]], dict[str, list[Prediction]]]:
    """Language → its queries with what answers them, and → for each the nearest of all candidates.

    The pool is the candidates among the examples of every language, then the ``shared`` ones. They are
    encoded and compared ``TEXTS_A_CHUNK`` at a time, and of them only texts and ids are held for longer: of a
    million with 270 characters each 0.9 GB, beside 4 kB of vector for each query of an encoder 1,024 wide.

    Raises:
        InterruptedRunError: asked to stop.
    """
    pool = [e for some in examples.values() for e in some if isinstance(e, Candidate)] + list(shared)
    asked = {code: [e for e in some if isinstance(e, Query)] for code, some in examples.items()}
    every = iter(with_right(chain.from_iterable(asked.values()), pool))
    queries = {code: tuple(next(every) for _ in some) for code, some in asked.items()}
    texts = [query.text for some in queries.values() for query in some]
    total = len(texts) + len(pool)
    tokenizer = start.encoder.tokenizer
    longest = longest_input(start.encoder.model, step.max_tokens)

    def vectors(part: Sequence[str], most: int, before: int) -> Tensor:
        items = encode_lines([Line("", text) for text in part], start.reader, most)
        micro_tokens, pad = step.execution.micro_tokens, tokenizer.pad_token_id
        told = _further(monitor, before, total)
        found = infer(model, unit_vectors, items, accelerator, micro_tokens, pad, told)
        return torch.from_numpy(np.stack([vector for (vector,) in found])).to(accelerator.device)

    def blocks() -> Iterator[Tensor]:
        for first in range(0, len(pool), TEXTS_A_CHUNK):
            part = [candidate.text for candidate in pool[first : first + TEXTS_A_CHUNK]]
            yield vectors(part, longest, len(texts) + first)

    places = nearest(vectors(texts, longest_query(task, longest), 0), blocks(), RANKS).places
    predictions = iter(_predictions(places, [candidate.id for candidate in pool]))
    return queries, {code: [next(predictions) for _ in some] for code, some in queries.items()}


def nearest(queries: Tensor, blocks: Iterable[Tensor], count: int) -> Found:
    """As ``compute.search.search`` among all candidates, which come in blocks and are not kept.

    Args:
        queries: ``(queries, width)``.
        blocks: the candidates in their order, ``(candidates, width)`` each.
        count: neighbours wanted.
    """
    best: Found | None = None
    first = 0
    for block in blocks:
        found = search(queries, block, count)
        moved = Found(found.products, found.places + first)
        best = moved if best is None else merged(best, moved, count)
        first += len(block)
    assert best is not None, "a search needs candidates"
    return best


def _names(pairs: Sequence[Paired]) -> dict[str, str]:
    """Each candidate's text → the id of the first pair that has it."""
    names: dict[str, str] = {}
    for pair in pairs:
        names.setdefault(pair.candidate, pair.id)
    return names


def _predictions(places: Tensor, names: Sequence[str]) -> list[Prediction]:
    return [tuple(names[place] for place in row) for row in places.tolist()]


def _further(monitor: Monitor, before: int, total: int) -> Monitor:
    """``monitor``, told of one part as of the whole."""

    def report(progress: Progress) -> None:
        monitor.report(replace(progress, done=before + progress.done, total=total))

    return replace(monitor, report=report)
