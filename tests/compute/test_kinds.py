"""Tests of compute.kinds: losses solved by hand, and one batch of 32 that equals eight of 4."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stiltwalk.compute import loop
from stiltwalk.compute.batches import Micro, collate
from stiltwalk.compute.context import Monitor
from stiltwalk.compute.heads import EncoderWithHead, initialise
from stiltwalk.compute.kinds import KINDS, kind_of
from stiltwalk.compute.tokens import IGNORE, Item
from stiltwalk.metrics.predictions import Answered
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Answer, Choices, Classified, Paired, Question, Tagged
from stiltwalk.spec.task import Task, TaskType
from stiltwalk.spec.tasks import TASKS
from tests.compute.fakes import NEVER, accelerator, encoder_model, item, row
from tests.fakes import TEXTS, tiny_tokenizer
from tests.worlds import sentence

CLASSIFIED = TASKS["commonsenseqa"].replace(
    {"name": "fake", "type": "sequence-classification", "labels": ("no", "maybe", "yes"), "hub": None}
)
TASK_OF: dict[TaskType, Task] = {
    "sequence-classification": CLASSIFIED,
    "multiple-choice": TASKS["commonsenseqa"],
    "token-classification": TASKS["udpos"],
    "question-answering": TASKS["squad"],
    "sentence-retrieval": TASKS["squad-pairs"],
}


def text(number: int) -> str:
    """A text of two to ten words."""
    return " ".join(sentence("en", number)[: 2 + number % 9])


def examples_of(kind: TaskType) -> list[Any]:
    """Thirty-two examples of every length; choices from two to five, some words of them without a tag."""
    numbers = range(32)
    if kind == "sequence-classification":
        return [Classified(str(n), text(n), text(n + 5) if n % 2 else None, n % 3) for n in numbers]
    if kind == "multiple-choice":
        return [
            Choices(str(n), text(n), tuple(text(n + c) for c in range(2 + n % 4)), n % 2) for n in numbers
        ]
    if kind == "token-classification":
        tags = ("DET", "ADJ", "NOUN", "VERB", "DET", "NOUN", "ADP", "DET", "NOUN", "PUNCT")
        lengths = [1 + n % 10 for n in numbers]
        return [
            Tagged(str(n), tuple(sentence("en", n)[:size]), () if n % 7 == 6 else tags[:size])
            for n, size in zip(numbers, lengths, strict=True)
        ]
    if kind == "sentence-retrieval":
        return [Paired(str(n), text(n + 3), text(n)) for n in numbers]
    return [
        Question(
            str(n), "who ?", TEXTS[n % 8], (Answer(TEXTS[n % 8].split()[1], TEXTS[n % 8].find(" ") + 1),)
        )
        for n in numbers
    ]


def one_step(kind: TaskType, micro_tokens: int, folder: Path) -> tuple[float, list[Tensor]]:
    """Loss and gradients of one optimiser step on the thirty-two examples, without dropout."""
    task, tokenizer = TASK_OF[kind], tiny_tokenizer("wordpiece")
    functions = kind_of(task)
    items = functions.encode(examples_of(kind), tokenizer, task, 64)
    head = initialise(functions.head(task, 16, 0.0), 3)
    model = EncoderWithHead(encoder_model(tokenizer, dropout=0.0), head)
    objective = loop.Objective(lambda micro: functions.loss(model(micro), micro), functions.count)
    items = functions.group(items, task)
    job = loop.Job(
        stage="one",
        module=model,
        optimisation=loop.Optimisation(1, 1e-3, 0, 0.0, 1e-8, 1e9),
        order=torch.arange(len(items)),
        batch=lambda order, done: (objective, items),
        dropout_seed=lambda done: done,
        evaluate=None,
        evaluate_every=1,
        patience=None,
        micro_tokens=micro_tokens,
        pad=tokenizer.pad_token_id,
    )
    state = loop.fit(job, accelerator(), folder, Monitor(), NEVER)
    return state.log[-1]["loss"], [p.grad for p in model.parameters() if p.grad is not None]


@pytest.mark.parametrize("kind", list(KINDS))
def test_one_batch_of_32_equals_many_small_ones(kind: TaskType, tmp_path: Path) -> None:
    """Loss and gradients agree to 1e-6 of the largest however the step is cut, unequal counts included."""
    loss, gradients = one_step(kind, 10**6, tmp_path)
    assert loss > 0.1
    largest = max(float(g.abs().max()) for g in gradients)
    assert largest > 1e-3
    for micro_tokens in (1, 64, 150):
        cut_loss, cut_gradients = one_step(kind, micro_tokens, tmp_path)
        assert cut_loss == pytest.approx(loss, rel=1e-6, abs=1e-6)
        for ours, theirs in zip(cut_gradients, gradients, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6 * max(1.0, largest))


def micro_of(items: Sequence[Item]) -> Micro:
    """The items as one micro-batch."""
    return collate(items, 0)


def test_classification_loss_by_hand() -> None:
    """Odds of 1 to 3 on the right label cost ln 4; odds of 3 to 1 cost ln 4/3; the two are summed."""
    micro = micro_of([item(row(1), target=[0]), item(row(1), target=[1])])
    outputs = torch.tensor([[0.0, math.log(3)], [0.0, math.log(3)]])
    loss = KINDS["sequence-classification"].loss(outputs, micro)
    assert loss.item() == pytest.approx(math.log(4) + math.log(4 / 3))


def test_choice_loss_by_hand() -> None:
    """Equal scores over two and over three choices cost ln 2 + ln 3: absent choices weigh nothing."""
    micro = micro_of([item(row(1), row(2), target=[1]), item(row(1), row(2), row(3), target=[2])])
    outputs = torch.full((5, 1), 7.0, requires_grad=True)
    loss = KINDS["multiple-choice"].loss(outputs, micro)
    assert loss.item() == pytest.approx(math.log(2) + math.log(3))
    torch.autograd.backward(loss)
    assert outputs.grad is not None
    torch.testing.assert_close(outputs.grad[:, 0], torch.tensor([1 / 2, -1 / 2, 1 / 3, 1 / 3, -2 / 3]))


def test_choices_are_read_without_the_absent_ones() -> None:
    """An item of fewer choices than its neighbour never has an absent one predicted."""
    micro = micro_of([item(row(1), row(2), target=[1]), item(row(1), row(2), row(3), target=[2])])
    kind = KINDS["multiple-choice"]
    scores = kind.scores(torch.tensor([[-5.0], [-4.0], [3.0], [1.0], [2.0]]), micro)
    task = TASK_OF["multiple-choice"]
    assert kind.decode([None, None], micro.items, scores, task) == [1, 0]


def test_tagging_loss_by_hand() -> None:
    """Equal scores over three tags cost ln 3 a labelled token; tokens without a label cost nothing."""
    kind = KINDS["token-classification"]
    items = [
        item(row(1, 2, 3, 4, 5), target=[IGNORE, 0, IGNORE, 2, IGNORE], positions=[1, 3]),
        item(row(1, 2), target=[IGNORE, 1], positions=[1]),
        item(row(1, 2, 3)),
    ]
    micro = micro_of(items)
    outputs = torch.zeros(3, 5, 3)
    assert kind.loss(outputs, micro).item() == pytest.approx(3 * math.log(3))
    assert [kind.count(each) for each in items] == [2, 1, 0]
    outputs[0, [0, 2, 4]] = torch.tensor([90.0, -7.0, 3.0])
    outputs[1, 2:] = 50.0
    outputs[2] = torch.randn(5, 3)
    assert kind.loss(outputs, micro).item() == pytest.approx(3 * math.log(3))


def test_tags_are_read_at_first_sub_words() -> None:
    """Each word's tag is the best label at its position, and no other token matters."""
    kind, task = KINDS["token-classification"], TASK_OF["token-classification"]
    items = [item(row(1, 2, 3, 4, 5), positions=[1, 3])]
    outputs = torch.zeros(1, 5, len(task.labels))
    outputs[0, 1, 4] = outputs[0, 3, 9] = outputs[0, 2, 0] = 1.0
    scores = kind.scores(outputs, micro_of(items))
    words = Tagged("x", ("one", "two"), ())
    assert kind.decode([words], items, scores, task) == [(task.labels[4], task.labels[9])]


def test_span_loss_by_hand() -> None:
    """Over four real tokens equal scores cost ln 4 for the start and for the end; their mean counts."""
    micro = micro_of([item(row(1, 2, 3, 4), target=[1, 2]), item(row(*range(1, 7)), target=[0, 0])])
    kind = KINDS["question-answering"]
    outputs = torch.zeros(2, 6, 2)
    assert kind.loss(outputs, micro).item() == pytest.approx(math.log(4) + math.log(6))
    outputs[0, 4:] = 1000.0
    assert kind.loss(outputs, micro).item() == pytest.approx(math.log(4) + math.log(6)), "padding"
    outputs[0, 1, 0] = math.log(3)
    assert kind.loss(outputs, micro).item() == pytest.approx((math.log(2) + math.log(4)) / 2 + math.log(6)), (
        "the start and the end are told apart"
    )


def test_answers_are_read_at_the_context() -> None:
    """Scores are those of the context's tokens, start and end apart, and of the row's first token."""
    micro = micro_of([item(row(*range(6)), positions=[2, 3, 4])])
    outputs = torch.arange(12.0).reshape(1, 6, 2)
    ((starts, ends, none),) = KINDS["question-answering"].scores(outputs, micro)
    assert starts.tolist() == [4, 6, 8]
    assert ends.tolist() == [5, 7, 9]
    assert none.tolist() == [0, 1]


def test_no_answer_is_weighed_only_where_it_is_scored() -> None:
    """From the same scores SQuAD 2.0 gets a margin of the first token beside the text, SQuAD 1.1 the text."""
    kind, tokenizer, example = (
        KINDS["question-answering"],
        tiny_tokenizer("wordpiece"),
        examples_of("question-answering")[0],
    )
    items = kind.encode([example], tokenizer, TASKS["squad2"], 64)
    size = len(items[0].sequences[0].ids)
    outputs = torch.zeros(1, size, 2)
    outputs[0, items[0].positions[2]] = 2.0
    outputs[0, 0] = torch.tensor([4.0, 1.5])
    scores = kind.scores(outputs, micro_of(items))
    text = example.context.split()[2]
    assert kind.decode([example], items, scores, TASKS["squad"]) == [text]
    assert kind.decode([example], items, scores, TASKS["squad2"]) == [Answered(text, 1.5)]


def test_the_best_label_is_the_first_of_equals() -> None:
    """Ties go to the lower index."""
    micro = micro_of([item(row(1), target=[0])] * 2)
    kind = KINDS["sequence-classification"]
    scores = kind.scores(torch.tensor([[0.0, 1.0, 1.0], [2.0, 1.0, 2.0]]), micro)
    assert kind.decode([None, None], micro.items, scores, CLASSIFIED) == [1, 0]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_type_encodes_no_longer_than_asked(kind: TaskType) -> None:
    """Thirty-two examples give items of at most the tokens asked for, each with a target."""
    task = TASK_OF[kind]
    items = kind_of(task).encode(examples_of(kind), tiny_tokenizer("unigram"), task, 24)
    assert {each.example for each in items} == set(range(32))
    assert max(len(s.ids) for each in items for s in each.sequences) <= 24
    assert isinstance(items[0].target, np.ndarray)


def test_a_type_without_a_head_is_refused() -> None:
    """Retrieval has nothing to train; the types that have are listed."""
    with pytest.raises(UserError, match=r"Task 'tatoeba' is sentence-retrieval.*multiple-choice"):
        kind_of(TASKS["tatoeba"])
