"""Tests of compute.mixture: which steps are masked LM's, what they train on, and what they leave alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stiltwalk.compute.batches import collate
from stiltwalk.compute.encoder import load_start
from stiltwalk.compute.masked_lm import LineDraws, MaskedLmHead, Masking, masked_lm_losses, masked_tokens
from stiltwalk.compute.mixture import Mixture, mixture_of
from stiltwalk.compute.pairs import encode_lines
from stiltwalk.compute.sampling import MASKED_LM
from stiltwalk.compute.tokens import IGNORE
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.arms import Placement
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.examples import Line
from tests.compute.fakes import copied_place, data_of, encoder_model, mixed_step, train_step
from tests.fakes import TEXTS, tiny_tokenizer

CHOICES = "intermediate commonsenseqa, seed 1"
PLACEMENTS: tuple[Placement, ...] = ("added", "replacing")


def mixture(share: float, seed: int = 1, placement: Placement = "added") -> Mixture:
    """A mixture of that share over a few lines, with an untrained head."""
    tokenizer = tiny_tokenizer("wordpiece")
    lines = [encode_lines([Line(str(n), text) for n, text in enumerate(TEXTS)], tokenizer, 64)]
    draws = LineDraws(lines, np.ones(1), 4, Masking(tokenizer, 0.3, seed, "test"), seed, "test")
    return Mixture(MaskedLmHead(16, len(tokenizer), (), 1e-12), draws, share, placement, seed)


def mixture_for(step: TrainStep, prepared: Prepared) -> Mixture:
    """What ``step`` mixes in, in the place of ``prepared``."""
    found = mixture_of(step, load_start(prepared.place, step.parent), prepared.place)
    assert found is not None
    return found


drawn = st.lists(st.integers(0, 3), min_size=1, max_size=300).map(np.array)


@given(tasks=drawn, share=st.floats(0.01, 0.9), seed=st.integers(0, 99))
def test_added_steps_leave_the_tasks_theirs(tasks: NDArray[np.int64], share: float, seed: int) -> None:
    """The tasks keep their steps in their order; of all, the share is masked LM's, to the nearest step."""
    schedule = mixture(share, seed).schedule(tasks)
    assert schedule.whose[schedule.whose != MASKED_LM].tolist() == tasks.tolist()
    assert abs(schedule.count(MASKED_LM) - share * schedule.steps) <= 1


@given(tasks=drawn, share=st.floats(0.01, 0.9), seed=st.integers(0, 99))
def test_replaced_steps_are_lost_to_the_tasks(tasks: NDArray[np.int64], share: float, seed: int) -> None:
    """There are as many steps as without; what is not masked LM's is whose it was, and something is left."""
    before = tasks.copy()
    schedule = mixture(share, seed, "replacing").schedule(tasks)
    kept = schedule.whose != MASKED_LM
    assert schedule.steps == len(tasks)
    assert (schedule.whose[kept] == before[kept]).all()
    assert (tasks == before).all()
    assert schedule.count(MASKED_LM) == min(len(tasks) - 1, round(share * len(tasks)))


@given(own_steps=st.integers(20, 200), seed=st.integers(0, 99), placement=st.sampled_from(PLACEMENTS))
def test_the_schedule_follows_from_the_seed(own_steps: int, seed: int, placement: Placement) -> None:
    """The same seed strews the same steps, another seed others, and never all of them at one end."""
    tasks = np.zeros(own_steps, dtype=np.int64)
    found, again, other = (mixture(0.4, s, placement).schedule(tasks).whose for s in (seed, seed, seed + 1))
    assert (found == again).all()
    assert (found != other).any()
    where = np.flatnonzero(found == MASKED_LM)
    assert where[-1] - where[0] >= len(where)


def test_a_batch_is_masked_lines_and_their_loss() -> None:
    """The objective is the summed masked-LM loss of the mixture's head; each hidden sub-word counts."""
    mixed = mixture(0.5)
    encoder = encoder_model(tiny_tokenizer("wordpiece"), dropout=0.0)
    objective, items = mixed.batch(encoder, 7)
    assert [each.target.tolist() for each in items] == [e.target.tolist() for e in mixed.draws.batch(7)]
    assert [objective.count(each) for each in items] == [int((e.target != IGNORE).sum()) for e in items]
    micro = collate(items, 0)
    with torch.no_grad():
        expected = masked_lm_losses(encoder, mixed.head, micro).sum()
        assert torch.equal(objective.loss(micro), expected)


def test_a_step_without_masked_lm_mixes_nothing(finished: Prepared) -> None:
    """There is no mixture, and no head or text is asked for."""
    step = train_step(finished, CHOICES)
    start = load_start(finished.place, step.parent)
    assert mixture_of(step, start._replace(heads=Path("nowhere")), finished.place) is None


def test_the_step_says_what_is_mixed_in(finished: Prepared) -> None:
    """The pretrained head, every language of the text, and the numbers of the record."""
    step = mixed_step(finished, share=0.25, batch_size=5, max_tokens=12, lines=7, mask_share=0.5)
    found = mixture_for(step, finished)
    assert (found.share, found.placement, found.seed) == (0.25, "added", 1)
    assert (found.draws.seed, found.draws.batch_size) == (1, 5)
    assert [len(items) for items in found.draws.lines] == [7, 7, 7, 7]
    items = found.draws.batch(0)
    assert max(len(each.sequences[0].ids) for each in items) == 12
    assert [masked_tokens(each) for each in items] == [5] * 5
    parent = load_start(finished.place, step.parent)
    assert found.head.bias.shape == (len(parent.encoder.tokenizer),)
    assert found.head.bias.abs().max() > 0


def test_languages_are_drawn_by_size_to_the_exponent(finished: Prepared) -> None:
    """Half of the text of two languages, all of the others': the exponent weighs them."""
    step = mixed_step(finished, language_exponent=1.0)
    twice = step.replace({"text": (*step.text, *step.text[:2])})
    assert mixture_for(twice, finished).draws.shares.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 6])
    even = mixed_step(finished, language_exponent=0.0).replace({"text": twice.text})
    assert mixture_for(even, finished).draws.shares.tolist() == [0.25] * 4


def test_the_seed_of_the_step_decides_lines_and_schedule(finished: Prepared) -> None:
    """Equal steps mix in the same; another seed draws other lines and masks at other steps."""
    step = mixed_step(finished)
    one, same, other = (mixture_for(step.replace({"seed": s}), finished) for s in (1, 1, 2))
    encoder = encoder_model(tiny_tokenizer("wordpiece"))

    def drawn(found: Mixture) -> Any:
        batches = [found.batch(encoder, number)[1] for number in range(3)]
        return [[each.sequences[0].ids.tolist() for each in batch] for batch in batches]

    assert drawn(one) == drawn(same) != drawn(other)
    schedules = [each.schedule(np.zeros(40, dtype=np.int64)).whose for each in (one, same, other)]
    assert (schedules[0] == schedules[1]).all()
    assert (schedules[0] != schedules[2]).any()


def test_a_start_without_a_head_is_refused(finished: Prepared) -> None:
    """A model that was only fine-tuned has no masked-LM head; the message says what to do."""
    step = mixed_step(finished).replace({"parent": finished_key(finished)})
    start = load_start(finished.place, step.parent)
    with pytest.raises(UserError, match=r"no masked-LM head .*Start from an encoder that was pretrained"):
        mixture_of(step, start, finished.place)


def finished_key(prepared: Prepared) -> str:
    """The key of the plain intermediate step."""
    return next(key for key, node in prepared.plan.nodes.items() if node.title == CHOICES)


def test_text_that_changed_since_planning_is_refused(finished: Prepared, tmp_path: Path) -> None:
    """Nothing is mixed in but what the step's key stands for."""
    place = copied_place(finished.place, tmp_path)
    path = data_of(place) / "udhr" / "udhr_fra.xml"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(DataError, match=r"'udhr' \(train, fr\) changed since the study was planned"):
        mixture_for(mixed_step(finished), finished._replace(place=place))
