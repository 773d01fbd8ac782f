"""Shapes: the encoders that are compared, and how long a comparison of each may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """An XLM-R of random weights, with all of XLM-R's 250,002 rows.

    Attributes:
        layers: of the encoder.
        hidden: its width; heads are 64 wide, the feed-forward part four times as wide.
        steps: optimiser steps in one turn.
        memory_steps: optimiser steps of a run whose memory is measured.
        predicted: examples of each language that are predicted.
        one_by_one: the same where the peer predicts one example at a time.
    """

    layers: int
    hidden: int
    steps: int
    memory_steps: int
    predicted: int
    one_by_one: int


SHAPES: Mapping[str, Shape] = {
    "tiny": Shape(layers=4, hidden=256, steps=5, memory_steps=10, predicted=256, one_by_one=64),
    "small": Shape(layers=6, hidden=384, steps=3, memory_steps=6, predicted=128, one_by_one=64),
    "base": Shape(layers=12, hidden=768, steps=1, memory_steps=3, predicted=32, one_by_one=32),
}

BATCH = 32
"""Examples in an optimiser step."""

LONGEST = 128
"""Sub-words of the longest input, as ``run_xnli.py`` and XTREME's scripts set it."""
