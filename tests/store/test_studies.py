"""Tests of kept studies: a plan written down reads back as itself, and the latest is found."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from stiltwalk.spec.errors import UnknownNameError, UserError
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import keep_study, kept_names, read_kept_study

from ..plan.fakes import PRETRAIN, everything, plan

DATA = Path("some") / "data"


def _store(folder: Path) -> Store:
    return open_store(folder / "store")


def test_a_plan_comes_back(tmp_path: Path) -> None:
    """Study, steps in their order, cells, missing languages and the data folder are what was kept."""
    store = _store(tmp_path)
    data = {datum: found for datum, found in everything().items() if datum != ("xquad", "test", "th")}
    made = plan(
        {
            "question": "hilft es? 帮助吗?",
            "encoders": ["x/e", {"name": "p", "pretrain": PRETRAIN}],
            "intermediate": ["squad"],
            "targets": ["xquad", "tatoeba"],
            "recipe": {"target": {"epochs": 1}},
            "seeds": 2,
        },
        data,
    )
    keep_study(store, made, DATA)
    kept = read_kept_study(store, "s")
    assert kept.data_dir == DATA
    assert kept.plan == made
    assert list(kept.plan.nodes) == list(made.nodes)


def test_equal_plans_are_one_file(tmp_path: Path) -> None:
    """Running a study again adds nothing; a change adds a revision beside the old one."""
    store = _store(tmp_path)
    first = keep_study(store, plan({}), DATA)
    assert keep_study(store, plan({}), DATA) == first
    second = keep_study(store, plan({"seeds": 2}), DATA)
    assert second != first
    assert first.exists()
    assert first.parent == second.parent == store.root / "studies" / "s"


def test_other_data_is_another_revision(tmp_path: Path) -> None:
    """The same study on other data has other steps, and is kept apart."""
    store = _store(tmp_path)
    other = everything() | {("squad", "train", "en"): "changed"}
    assert keep_study(store, plan({}), DATA) != keep_study(store, plan({}, other), DATA)


def test_the_latest_revision_counts(tmp_path: Path) -> None:
    """What was run last is read, also where that was an old revision run again."""
    store = _store(tmp_path)
    three, two = (keep_study(store, plan({"seeds": n}), DATA) for n in (3, 2))
    for seconds, path in enumerate((three, two), start=1000):
        os.utime(path, (seconds, seconds))
    assert read_kept_study(store, "s").plan.study.seeds == (1, 2)
    keep_study(store, plan({"seeds": 3}), DATA)
    assert read_kept_study(store, "s").plan.study.seeds == (1, 2, 3)


def test_names(tmp_path: Path) -> None:
    """Kept studies are listed by name."""
    store = _store(tmp_path)
    assert kept_names(store) == []
    for name in ("b", "a", "b"):
        keep_study(store, plan({"study": name}), DATA)
    assert kept_names(store) == ["a", "b"]


def test_a_study_never_run(tmp_path: Path) -> None:
    """An unknown name gets the nearest kept one."""
    store = _store(tmp_path)
    keep_study(store, plan({"study": "batch-size"}), DATA)
    with pytest.raises(UnknownNameError, match=r"'batchsize'\. Did you mean 'batch-size'\?"):
        read_kept_study(store, "batchsize")


@pytest.mark.parametrize("text", [None, "", "{", "[]"])
def test_a_damaged_plan(tmp_path: Path, text: str | None) -> None:
    """A missing or torn plan is named, and the cure is to run again."""
    store = _store(tmp_path)
    path = keep_study(store, plan({}), DATA).with_suffix(".plan.json")
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(UserError, match=r"plan\.json is missing or damaged\. Run the study again"):
        read_kept_study(store, "s")
    keep_study(store, plan({}), DATA)
    assert read_kept_study(store, "s").plan == plan({})


def test_no_data_folder_is_kept_as_none(tmp_path: Path) -> None:
    """A study that needed no data folder comes back without one, and as the same revision as with one."""
    store = _store(tmp_path)
    first = keep_study(store, plan({}), None)
    assert read_kept_study(store, "s").data_dir is None
    assert read_kept_study(store, "s").plan == plan({})
    assert keep_study(store, plan({}), DATA) == first
    assert read_kept_study(store, "s").data_dir == DATA


def test_a_plan_with_a_mixed_arm_comes_back(tmp_path: Path) -> None:
    """What is mixed in, and its text, are what was kept."""
    store = _store(tmp_path)
    made = plan({"intermediate": ["squad", {"task": "squad", "masked_lm": {"text": ["udhr"], "lines": 9}}]})
    keep_study(store, made, None)
    assert read_kept_study(store, "s").plan == made


def test_languages_that_cannot_be_tuned_come_back(tmp_path: Path) -> None:
    """Of what is missing, it is kept what is missing; a plan kept before there was such a thing is read."""
    store = _store(tmp_path)
    lacking = ("pocket-mining", "dev", "sw")
    data = {datum: found for datum, found in everything().items() if datum != lacking}
    made = plan({"targets": ["pocket-mining"]}, data)
    kept = keep_study(store, made, None).with_suffix(".plan.json")
    assert made.untuned
    assert read_kept_study(store, "s").plan == made
    raw = json.loads(kept.read_text(encoding="utf-8"))
    del raw["untuned"]
    kept.write_text(json.dumps(raw), encoding="utf-8")
    assert read_kept_study(store, "s").plan.untuned == ()
