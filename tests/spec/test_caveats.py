"""Tests of caveats: every id has a sentence."""

from __future__ import annotations

from stiltwalk.spec.caveats import GENERAL, explain
from stiltwalk.spec.tasks import TASKS


def test_every_id_has_a_sentence() -> None:
    """General caveats and those of task records are explained in the order given, once each."""
    own = [name for task in TASKS.values() for name in task.caveats]
    ids = [*own, *GENERAL, own[0]]
    explained = explain(ids)
    assert list(explained) == list(dict.fromkeys(ids))
    assert all(explained.values())
    assert explained["no-dev-set"].startswith("no English dev set")


def test_other_training_data_explains_itself() -> None:
    """The caveat of replaced training data names the tasks."""
    sentence = explain(["trained-on-a+b"])["trained-on-a+b"]
    assert sentence == "trained on a+b in place of the task's own training data"


def test_no_task_redefines_a_caveat() -> None:
    """An id means one thing: two records that share it share its sentence."""
    sentences = dict(GENERAL)
    for task in TASKS.values():
        for name, sentence in task.caveats.items():
            assert sentences.setdefault(name, sentence) == sentence


def test_nothing_to_explain() -> None:
    """No caveats, no sentences."""
    assert explain([]) == {}
