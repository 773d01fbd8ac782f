"""Tests of target choices: what a target is trained on, and in which languages."""

from __future__ import annotations

from stiltwalk.spec.targets import TargetChoice, trained_languages, training_chain
from stiltwalk.spec.tasks import find_task


def test_training_chain() -> None:
    """A target trains on what its record says unless the study says otherwise; retrieval on nothing."""
    assert training_chain(TargetChoice(task="xquad")) == ("squad",)
    assert training_chain(TargetChoice(task="xquad", trains_on=("tydiqa", "squad"))) == ("tydiqa", "squad")
    assert training_chain(TargetChoice(task="tatoeba")) == ()


def test_languages_of_the_training_data() -> None:
    """English unless told; several where the task has them, and ``all`` for every one."""
    task = find_task("tydiqa")
    known = task.split("train").every_language
    assert trained_languages(TargetChoice(task="tydiqa"), task) == ("en",)
    assert trained_languages(TargetChoice(task="tydiqa", train_languages="all"), task) == known
    assert trained_languages(TargetChoice(task="tydiqa", train_languages=("en", "zz")), task) == ("en",)
