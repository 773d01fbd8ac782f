"""Floating-point operations by arithmetic: of a training, and of a pass forward.

Everything that counts them counts them here, before a study runs and after.
"""

from __future__ import annotations

PASSES = 6
"""Operations per parameter and token of a training step: two forward, four backward (Kaplan et al. 2020)."""

FROZEN_PASSES = 4
"""The same of a frozen parameter: of the four backward two are for its own gradient, which is not made."""

FORWARD = 2
"""The same of a pass without a way back: each parameter multiplies and adds once a token."""


def training_flops(parameters: int, tokens: int, beside: int | None = None) -> int:
    """Operations of a training on so many ``tokens``: ``6 × parameters × tokens``.

    Args:
        parameters: of the encoder, without embeddings.
        tokens: sub-words trained on, padding left out.
        beside: parameters trained in their place, where those are frozen: then 4 for each of them, and 6 for
            each of these.
    """
    if beside is not None:
        return (FROZEN_PASSES * parameters + PASSES * beside) * tokens
    return PASSES * parameters * tokens


def attention_flops(layers: int, width: int, tokens: float, length: float) -> float:
    """Operations of attention's products of pairs in a pass forward, for ``tokens`` in rows of ``length``.

    In each of ``layers`` each token is compared with all of its row by products of ``width`` numbers (that of
    all queries together), and takes the sum of as many vectors: twice ``2 width length``. A way back costs
    twice a way forth.
    """
    return 4 * layers * width * tokens * length


def vocabulary_flops(hidden: int, rows: int, tokens: float) -> float:
    """Operations of a training step's scores over a vocabulary of ``rows``, for ``tokens`` that have them."""
    return PASSES * hidden * rows * tokens


def forward_flops(parameters: int, layers: int, width: int, tokens: int) -> int:
    """Operations of one sequence of ``tokens`` through an encoder without a head: ``2 N s + 4 L d s²``.

    It is a third of what PaLM's appendix B (arXiv 2204.02311) has for a training step, 6 N + 12 L d s a
    token; a way back costs twice a way forth. Softmax, norms and activations are left out, as they are there;
    where layers look only at a window, or only backwards, it is too much.

    Args:
        parameters: N, those outside the embeddings.
        layers: L.
        width: d, of all queries together.
        tokens: s.
    """
    return FORWARD * parameters * tokens + int(attention_flops(layers, width, tokens, tokens))
