"""Tests of what a study may say about layers and pooling, and of which targets read any."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.study_checks import check_study
from stiltwalk.spec.targets import TargetChoice, reads_layers

from .fakes import study


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ("some", r"targets\.0\.layers\.literal.*'published' or 'all', found 'some'"),
        ([], r"expected published, all, or different indices from 0 \(embeddings\) on, found \[\]"),
        ([3, 3], r"found \[3, 3\]"),
        (-1, r"found \[-1\]"),
        ([1.5], "expected a whole number"),
        (True, "layers"),
    ],
)
def test_layers_that_cannot_be(layers: object, message: str) -> None:
    """Other words, nothing, the same layer twice, a negative index, and what is no index."""
    with pytest.raises(StudyError, match=message):
        study({"targets": [{"task": "tatoeba", "layers": layers}]})


@pytest.mark.parametrize("change", [{"layers": "all"}, {"layers": 3}, {"pooling": "cls"}])
def test_layers_of_a_target_with_a_head(change: dict[str, Any]) -> None:
    """They would change nothing there, so are refused, in an evaluation too."""
    given = study({"targets": [{"task": "xquad", **change}]})
    for trained in (True, False):
        with pytest.raises(StudyError, match="'xquad': layers and pooling would change nothing"):
            check_study(given, trained=trained)


@pytest.mark.parametrize("change", [{}, {"layers": "all"}, {"layers": [1, 2]}, {"pooling": "cls"}])
def test_layers_of_retrieval(change: dict[str, Any]) -> None:
    """Any of them is in place there, also after training on a task of another type."""
    check_study(study({"targets": [{"task": "tatoeba", **change}]}))
    check_study(study({"targets": [{"task": "tatoeba", "trains_on": ["squad"], **change}]}))


def test_which_targets_read_layers() -> None:
    """Retrieval without a head of its own, whatever was trained before."""
    assert reads_layers(TargetChoice(task="tatoeba"))
    assert reads_layers(TargetChoice(task="tatoeba", trains_on=("squad",)))
    assert not reads_layers(TargetChoice(task="xquad"))
    assert not reads_layers(TargetChoice(task="xquad", trains_on=()))
