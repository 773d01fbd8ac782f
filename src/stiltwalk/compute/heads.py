"""Heads: the small new layers that turn hidden states into scores."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from stiltwalk.compute.batches import Micro
from stiltwalk.compute.encoder import hidden_states
from stiltwalk.compute.flat import pooled_states
from stiltwalk.spec.reading import Pooling

INIT_STD = 0.02
"""Standard deviation of new weights, as in BERT and XLM-R."""


class FirstTokenHead(nn.Module):
    """Scores of a whole input from its first token: dense, tanh, linear, dropout before each.

    The form of the classification head of XLM-R in transformers. Of an encoder whose first token says nothing
    it is given another state in that place.
    """

    reads_first_token = True
    """Tells ``EncoderWithHead`` that no other state is wanted than the one that stands for the input."""

    def __init__(self, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, outputs)

    def forward(self, states: Tensor) -> Tensor:
        """``(batch, tokens, hidden)`` → ``(batch, outputs)``."""
        first = self.dropout(states[:, 0])
        return self.out(self.dropout(torch.tanh(self.dense(first))))  # type: ignore[no-any-return]


class TokenHead(nn.Module):
    """Scores of every token: one linear layer behind dropout."""

    def __init__(self, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, outputs)

    def forward(self, states: Tensor) -> Tensor:
        """``(batch, tokens, hidden)`` → ``(batch, tokens, outputs)``."""
        return self.out(self.dropout(states))  # type: ignore[no-any-return]


class EncoderWithHead(nn.Module):
    """An encoder and the head of one task, trained together.

    ``pooling`` says which state stands for a whole input.
    """

    def __init__(self, encoder: nn.Module, head: nn.Module, pooling: Pooling = "first") -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.pooling: Pooling = pooling

    def forward(self, micro: Micro) -> Tensor:
        """Head outputs of a micro-batch."""
        if getattr(self.head, "reads_first_token", False):
            return self.head(pooled_states(self.encoder, micro, self.pooling))  # type: ignore[no-any-return]
        return self.head(hidden_states(self.encoder, micro))  # type: ignore[no-any-return]


def initialise(head: nn.Module, seed: int) -> nn.Module:
    """``head`` with fresh weights from ``seed`` alone, whatever was drawn before."""
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in head.parameters():
            if parameter.ndim > 1:
                parameter.copy_(torch.randn(parameter.shape, generator=source) * INIT_STD)
            else:
                parameter.zero_()
    return head
