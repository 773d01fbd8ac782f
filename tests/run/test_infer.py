"""Tests of run.infer: every item once, in the order asked for."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from stiltwalk.run.batches import Micro
from stiltwalk.run.infer import infer
from tests.run.fakes import accelerator, labelled_items


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
