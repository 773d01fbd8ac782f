"""Views for people: those of the same cells once, collapsed runs last."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stiltwalk.analyse.comparing import VIEWS
from stiltwalk.analyse.views import COLLAPSED, HEADLINE, NAMES, distinct


def _row(
    view: str, gain: float, *, cells: int = 4, healthy: bool = True, degenerate: int = 0
) -> Mapping[str, Any]:
    return {
        "view": view,
        "gain": gain,
        "cells": cells,
        "targets": 2,
        "healthy": healthy,
        "degenerate": degenerate,
    }


def test_every_view_has_a_name() -> None:
    """In the order of the views."""
    assert tuple(NAMES) == VIEWS
    assert len({*NAMES.values()}) == len(VIEWS)


def test_views_of_the_same_cells_are_one() -> None:
    """Called the headline where it is among them, else by all of their names."""
    rows = [_row(view, 1.0 if "headline" in view else 2.0) for view in VIEWS]
    assert [(name, row["gain"]) for name, row in distinct(rows)] == [
        (HEADLINE, 1.0),
        ("all but English; unseen languages; no repeated data; no retrieval", 2.0),
    ]
    assert distinct(rows)[0][1] is rows[0]


def test_other_cells_are_other_views() -> None:
    """Though the number be the same, or none."""
    rows = [_row("headline", math.nan), _row("zero-shot", math.nan, cells=5), _row("unseen", math.nan)]
    assert [name for name, _ in distinct(rows)] == [HEADLINE, "all but English"]


def test_collapsed_runs_stand_last_where_there_are_any() -> None:
    """Of the headline alone: with them it is no estimate of anything else."""
    rows = [
        _row("headline", 1.0),
        _row("headline", -9.0, healthy=False, degenerate=1),
        _row("zero-shot", -8.0, healthy=False, degenerate=1),
    ]
    assert [name for name, _ in distinct(rows)] == [HEADLINE, COLLAPSED]
    whole = [_row("headline", 1.0), _row("headline", 1.0, healthy=False)]
    assert [name for name, _ in distinct(whole)] == [HEADLINE]
