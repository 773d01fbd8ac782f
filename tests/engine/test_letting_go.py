"""Tests of models that are let go: what stays, what is trained again, what a kill leaves."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stiltwalk.compute.encoder import load_start
from stiltwalk.engine.agenda import Agenda
from stiltwalk.engine.engine_options import LOCAL
from stiltwalk.engine.engines import carry_out, rehearsed
from stiltwalk.engine.letting_go import LettingGo, to_train_again
from stiltwalk.engine.local import missing
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.engine.worker import Event, work
from stiltwalk.plan.keeping import passing_in
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.store import letting_go
from stiltwalk.store.atomic import write_json
from stiltwalk.store.index import open_index
from stiltwalk.store.letting_go import let_go
from stiltwalk.store.remote_store import open_remote
from stiltwalk.store.store import LET_GO, Store, open_store, read_artifact, verify_artifact
from stiltwalk.store.studies import keep_study
from stiltwalk.store.transfer import pull, push
from stiltwalk.store.verification import verify_rest, verify_steps
from tests.worlds import finish, node, prepared_study, rows_of, tiny_study, write_world

SMALL: dict[str, Any] = {"targets": ["udpos"], "seeds": [1]}
KEEPING = SMALL | {"keep": "intermediate"}
ENGLISH = {"targets": [{"task": "udpos", "languages": ["en"]}]}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the tiny world."""
    return write_world(tmp_path_factory.mktemp("world"))


def _run(data: Path, store: Path, changes: dict[str, Any]) -> tuple[Prepared, list[str]]:
    """Run a study of its own name to its end; what people are told of the workers."""
    prepared = prepared_study(data, store, changes)
    keep_study(prepared.place.store, prepared.plan, data)
    said: list[str] = []
    outcome = carry_out(prepared, workers=0, say=said.append)
    assert (outcome.failed, outcome.done) == ({}, outcome.total)
    return prepared, said


def _weights(prepared: Prepared) -> dict[str, list[str]]:
    """Kind of training → which of them hold weights."""
    store = prepared.place.store
    return {
        kind: [
            each.title
            for each in prepared.plan.nodes.values()
            if each.step.kind == kind and any(store.folder(each.key).glob("model/*.safetensors"))
        ]
        for kind in ("pretrain", "intermediate", "target")
    }


def test_models_of_targets_go_and_nothing_else(data: Path, tmp_path: Path) -> None:
    """Rows and records are those of a study that keeps all; what is left is whole by its manifest."""
    all_kept, _ = _run(data, tmp_path / "all", SMALL)
    prepared, _ = _run(data, tmp_path / "some", KEEPING)
    pd.testing.assert_frame_equal(rows_of(all_kept), rows_of(prepared))
    assert [len(titles) for titles in _weights(all_kept).values()] == [1, 1, 2]
    assert [len(titles) for titles in _weights(prepared).values()] == [1, 1, 0]
    store = prepared.place.store
    assert list(verify_steps(store, prepared.plan.nodes)) == []
    key = node(prepared.plan, "target udpos, seed 1").key
    assert read_artifact(store, key).facts["dev_score"] == _facts(all_kept)["dev_score"]
    before, after = (open_index(each.place.store).entries([key])[key] for each in (all_kept, prepared))
    assert after.bytes < before.bytes / 2
    assert after.tables == ""
    assert after.sizes == before.sizes


def _facts(prepared: Prepared) -> Mapping[str, Any]:
    return read_artifact(prepared.place.store, node(prepared.plan, "target udpos, seed 1").key).facts


def test_who_reads_it_is_told(data: Path, tmp_path: Path) -> None:
    """Whoever wants the weights learns where they went, and how to have them again."""
    prepared, _ = _run(data, tmp_path / "store", KEEPING)
    key = node(prepared.plan, "target udpos, seed 1").key
    said = r"let go once its study had read it \(its field keep\).*delete that folder .* keep=all"
    with pytest.raises(UserError, match=said):
        load_start(prepared.place, key)
    asked = tiny_study({"study": "other", "encoders": [key], **ENGLISH})
    with pytest.raises(UserError, match=said):
        prepare(asked, prepared.place.store, data)


def test_more_to_predict_trains_it_again(data: Path, tmp_path: Path) -> None:
    """A target with further languages needs its models once more, and comes to the rows it would have had."""
    few, _ = _run(data, tmp_path / "store", KEEPING | ENGLISH)
    more = prepared_study(data, tmp_path / "store", KEEPING)
    again = to_train_again(more.plan, more.place.store)
    assert sorted(more.plan.nodes[key].title for key in again) == sorted(
        each.title for each in few.plan.nodes.values() if each.step.kind == "target"
    )
    assert rehearsed(more, LOCAL, 0).startswith("4 of 6 steps to do")
    more, said = _run(data, tmp_path / "store", KEEPING)
    assert said[0] == "2 training(s) are repeated, for their models were let go and there is more to predict"
    whole, _ = _run(data, tmp_path / "whole", SMALL)
    pd.testing.assert_frame_equal(rows_of(whole), rows_of(more))
    assert _weights(more)["target"] == []


def test_nothing_but_encoders(data: Path, tmp_path: Path) -> None:
    """Intermediate models go as well; a further target has them trained again, down to the rows."""
    prepared, _ = _run(data, tmp_path / "store", SMALL | {"keep": "encoders"})
    assert [len(titles) for titles in _weights(prepared).values()] == [1, 0, 0]
    further = {"targets": ["udpos", "tatoeba"], "keep": "encoders"}
    more, said = _run(data, tmp_path / "store", SMALL | further)
    assert said[0].startswith("1 training(s) are repeated"), "retrieval reads the intermediate model"
    whole, _ = _run(data, tmp_path / "whole", SMALL | further | {"keep": "all"})
    pd.testing.assert_frame_equal(rows_of(whole), rows_of(more))
    assert [len(titles) for titles in _weights(more).values()] == [1, 0, 0]


def test_a_chain_is_trained_again(data: Path, tmp_path: Path) -> None:
    """Where the model behind a model has gone too, both are trained again."""
    _run(data, tmp_path / "store", SMALL | ENGLISH | {"keep": "encoders"})
    more, said = _run(data, tmp_path / "store", SMALL | {"keep": "encoders"})
    assert said[0].startswith("3 training(s) are repeated"), "two of the target, one intermediate"
    whole, _ = _run(data, tmp_path / "whole", SMALL)
    pd.testing.assert_frame_equal(rows_of(whole), rows_of(more))


def test_asked_for_afterwards(data: Path, tmp_path: Path) -> None:
    """A study that is finished lets go when it is run again so, and says how much."""
    _run(data, tmp_path / "store", SMALL)
    prepared, said = _run(data, tmp_path / "store", KEEPING)
    assert said[0].startswith("let go the models of 2 training(s), ")
    assert said[0].endswith(" GB (keep: intermediate)")
    assert _weights(prepared)["target"] == []
    assert _run(data, tmp_path / "store", KEEPING)[1] == []
    # and who asks for all again is not made to train again what was let go
    assert _run(data, tmp_path / "store", SMALL)[1] == []


def test_what_another_study_keeps_or_reads_stays(data: Path, tmp_path: Path) -> None:
    """Shared models stay while another kept study keeps all, or has something left to predict."""
    _run(data, tmp_path / "store", SMALL | {"study": "keeps"})
    prepared, said = _run(data, tmp_path / "store", KEEPING)
    stay = "the models of 2 training(s) stay in spite of keep: intermediate, for "
    assert (len(_weights(prepared)["target"]), said) == (2, [f"{stay}keeps"])
    waiting = prepared_study(data, tmp_path / "other", KEEPING | {"study": "waits"} | ENGLISH)
    keep_study(waiting.place.store, waiting.plan, data)
    prepared, said = _run(data, tmp_path / "other", KEEPING)
    assert len(_weights(prepared)["target"]) == 2
    assert _run(data, tmp_path / "other", KEEPING)[1] == [f"{stay}waits"]
    _run(data, tmp_path / "other", KEEPING | {"study": "waits"} | ENGLISH)
    assert _weights(prepared)["target"] == [], "the last of both to read them lets them go"


def test_what_another_study_keeps_by_its_own_word_stays(data: Path, tmp_path: Path) -> None:
    """An intermediate model that one study keeps is not let go by one that keeps encoders alone."""
    _run(data, tmp_path / "store", KEEPING | {"study": "inter"})
    prepared, said = _run(data, tmp_path / "store", SMALL | {"study": "enc", "keep": "encoders"})
    assert len(_weights(prepared)["intermediate"]) == 1
    assert said == ["the models of 1 training(s) stay in spite of keep: encoders, for inter"]


def test_a_model_that_another_study_was_given_stays(data: Path, tmp_path: Path) -> None:
    """Its plan has no such step, and starts from it all the same."""
    first, _ = _run(data, tmp_path / "store", SMALL | {"study": "src"})
    key = node(first.plan, "intermediate commonsenseqa, seed 1").key
    onward = SMALL | ENGLISH | {"study": "on", "encoders": [key], "intermediate": [], "keep": "encoders"}
    _run(data, tmp_path / "store", onward)
    prepared, said = _run(data, tmp_path / "store", SMALL | {"study": "src", "keep": "encoders"})
    assert len(_weights(prepared)["intermediate"]) == 1
    assert said[-1] == "the models of 1 training(s) stay in spite of keep: encoders, for on"


def test_who_cannot_be_read_keeps_all(data: Path, tmp_path: Path) -> None:
    """The damaged plan of another study stops no run, and nothing is deleted that it may need."""
    other, _ = _run(data, tmp_path / "store", SMALL | {"study": "broken"})
    for plan in other.place.store.root.glob("studies/broken/*.plan.json"):
        plan.write_text("{")
    prepared, said = _run(data, tmp_path / "store", KEEPING)
    assert len(_weights(prepared)["target"]) == 2
    assert said[-1].endswith("for broken")


def test_let_go_while_another_run_goes_on(data: Path, tmp_path: Path) -> None:
    """A worker that finds a model gone trains it again first; nothing fails."""
    few, _ = _run(data, tmp_path / "store", SMALL | ENGLISH)
    store = few.place.store
    more = prepared_study(data, tmp_path / "store", SMALL)
    agenda = Agenda(more.plan, store)  # the models are there when it looks
    for each in few.plan.nodes.values():
        if each.step.kind == "target":
            let_go(store, each.key)
    with closing(agenda.ready()) as ready:
        offered = [each.step.kind for each in ready]
    assert offered == ["target", "target"], "before the predictions that start from them"
    finish(more)
    whole, _ = _run(data, tmp_path / "whole", SMALL)
    pd.testing.assert_frame_equal(rows_of(whole), rows_of(more))


def test_records_stay_while_models_are_trained_again(data: Path, tmp_path: Path) -> None:
    """A run that ends while it trains one again takes nothing from what was finished."""
    few, _ = _run(data, tmp_path / "store", SMALL | ENGLISH | {"keep": "encoders"})
    before = rows_of(few)
    more = prepared_study(data, tmp_path / "store", SMALL | {"keep": "encoders"})
    keep_study(more.place.store, more.plan, data)
    told: list[Event] = []
    with pytest.raises(InterruptedRunError):
        work(more.plan, more.place, told.append, lambda: bool(told), since=0.0)
    assert (told[0].kind, told[0].title) == ("began", "target udpos, seed 1")
    assert missing(few.plan, few.place) == 0
    pd.testing.assert_frame_equal(before, rows_of(few))
    assert _run(data, tmp_path / "store", SMALL | ENGLISH | {"keep": "encoders"})[1] == []


def test_both_who_let_go_write_the_same(data: Path, tmp_path: Path) -> None:
    """Whoever comes second leaves the step as the first did, wherever that one was."""
    prepared, _ = _run(data, tmp_path / "store", SMALL)
    store, key = prepared.place.store, node(prepared.plan, "target udpos, seed 1").key
    copy = tmp_path / "copy"
    shutil.copytree(store.folder(key), copy)
    assert let_go(store, key) > 0
    said = (store.folder(key) / LET_GO).read_bytes()
    shutil.copytree(copy, store.folder(key), dirs_exist_ok=True)  # as it was seen by the other
    assert let_go(store, key) > 0
    assert (store.folder(key) / LET_GO).read_bytes() == said
    assert let_go(store, key) == 0
    verify_artifact(read_artifact(store, key))


@pytest.mark.parametrize("stage", ["let-go.json", "manifest.json", "delete", "note"])
def test_a_kill_in_between(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    """Wherever it strikes, the step stays finished and whole, and the next run completes what was begun."""
    prepared, _ = _run(data, tmp_path / "store", SMALL)
    store = prepared.place.store
    keeping = prepared_study(data, tmp_path / "store", KEEPING)
    keep_study(store, keeping.plan, data)
    _kill_at(stage, monkeypatch)
    with pytest.raises(_Killed):
        LettingGo(keeping.plan, store).sweep()
    monkeypatch.undo()
    assert list(verify_steps(store, keeping.plan.nodes)) == []
    assert to_train_again(keeping.plan, store) == []
    _run(data, tmp_path / "store", KEEPING)
    assert _weights(keeping)["target"] == []
    assert all(store.is_let_go(key) for key in passing_in(keeping.plan))
    assert [*verify_steps(store, keeping.plan.nodes), *verify_rest(store)] == []


class _Killed(BaseException):
    """Nobody catches it, as nobody catches kill -9."""


def _kill_at(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, value: object) -> None:
        if path.name == stage:
            raise _Killed
        write_json(path, value)

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if stage == "delete" and path.suffix == ".safetensors":
            raise _Killed
        actual(path, missing_ok=missing_ok)

    def note(*_: object) -> None:
        raise _Killed

    actual = Path.unlink
    monkeypatch.setattr(letting_go, "write_json", write)
    monkeypatch.setattr(Path, "unlink", unlink)
    if stage == "note":
        monkeypatch.setattr(letting_go, "note_publication", note)


def test_it_goes_with_the_step(data: Path, tmp_path: Path) -> None:
    """A copy in another store is without its model too, says so, and is whole."""
    prepared, _ = _run(data, tmp_path / "store", KEEPING)
    url, store, copy = str(tmp_path / "remote"), prepared.place.store, open_store(tmp_path / "copy")
    push(store, open_remote(url, make=True), None, lambda said: None)
    pull(copy, open_remote(url, make=False), None, lambda said: None)
    key = node(prepared.plan, "target udpos, seed 1").key
    assert copy.is_let_go(key)
    verify_artifact(read_artifact(copy, key))
    assert (copy.folder(key) / LET_GO).read_bytes() == (store.folder(key) / LET_GO).read_bytes()


def test_a_copy_with_its_model_takes_the_place_of_one_without(data: Path, tmp_path: Path) -> None:
    """Both ways; a copy without its model takes nobody's."""
    url = str(tmp_path / "remote")
    bare = _run(data, tmp_path / "bare", KEEPING)[0].place.store
    whole, _ = _run(data, tmp_path / "whole", SMALL)
    key = node(whole.plan, "target udpos, seed 1").key

    def pushed(store: Store) -> int:
        return push(store, open_remote(url, make=True), None, lambda said: None).steps

    def pulled(store: Store) -> int:
        return pull(store, open_remote(url, make=False), None, lambda said: None).steps

    assert pushed(bare) == 6
    assert pulled(whole.place.store) == 0
    assert pushed(whole.place.store) == 2, "the models of both targets"
    assert pushed(bare) == 0
    assert pulled(bare) == 2
    assert bare.is_whole(key)
    verify_artifact(read_artifact(bare, key))
    assert (pushed(bare), pulled(bare)) == (0, 0)
