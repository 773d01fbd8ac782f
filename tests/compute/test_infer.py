"""Tests of inference: every item once, in the order asked for."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.infer import infer
from tests.compute.fakes import accelerator, labelled_items


class _Sums(nn.Module):
    """Sums each row's ids; refuses to be in training mode."""

    def forward(self, micro: Micro) -> Tensor:
        """``(rows,)``."""
        assert not self.training
        assert torch.is_inference_mode_enabled()
        return (micro.ids * micro.mask).sum(1)


def test_outputs_come_in_the_order_of_the_items() -> None:
    """Sorted by length on the way through, and put back."""
    items = labelled_items()
    expected = [int(item.sequences[0].ids.sum()) for item in items]
    for micro_tokens in (1, 20, 10_000):
        model = _Sums().train()
        found = infer(model, lambda outputs, micro: outputs.tolist(), items, accelerator(), micro_tokens, 0)
        assert found == expected


def test_no_items_no_outputs() -> None:
    """Nothing in, nothing out."""
    assert infer(_Sums(), lambda outputs, micro: outputs.tolist(), [], accelerator(), 64, 0) == []


class _Forgetful(_Sums):
    """Runs out of memory on more than two rows at once."""

    def forward(self, micro: Micro) -> Tensor:
        """``(rows,)``, or no memory."""
        if len(micro.items) > 2:
            raise torch.OutOfMemoryError
        return super().forward(micro)


def test_memory_running_out_halves_the_group() -> None:
    """What does not fit at once is done in halves, with the same outputs in the same order."""
    items = labelled_items()
    expected = [int(item.sequences[0].ids.sum()) for item in items]
    model = _Forgetful()
    assert infer(model, lambda outputs, micro: outputs.tolist(), items, accelerator(), 10_000, 0) == expected
