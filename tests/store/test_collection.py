"""Tests of what goes and what stays: nothing that a kept study needs is ever collected."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.plan.nodes import Plan
from stiltwalk.spec.errors import UnknownNameError, UserError
from stiltwalk.store.atomic import write_json
from stiltwalk.store.collection import collect, leftovers
from stiltwalk.store.index import open_index
from stiltwalk.store.inventory import beside, by_kind, by_study, steps_of
from stiltwalk.store.leases import claim
from stiltwalk.store.store import Store, files_in, finished_keys, open_store, publish, workplace
from stiltwalk.store.studies import keep_study, kept_names

from ..plan.fakes import plan
from .fakes import CONFIG, STEP, back_to, dead, finish_plan, grow_old, here, table


def _kept(store: Store, name: str, **changes: object) -> Plan:
    """A study that was run to its end."""
    made = plan({"study": name, **changes})
    keep_study(store, made, None)
    finish_plan(store, made, keys=[key for key in made.nodes if not store.has(key)])
    return made


def _gone(store: Store, *dropped: str) -> list[tuple[str, str]]:
    return [(one.what, one.path.name) for one in leftovers(store, dropped)]


def test_what_studies_need_stays(tmp_path: Path) -> None:
    """With every step in use nothing goes; a step that no study names does."""
    store = open_store(tmp_path)
    _kept(store, "one", intermediate=["squad"])
    assert leftovers(store) == []
    stray = plan({"targets": ["udpos"]})
    finish_plan(store, stray)
    found = leftovers(store)
    assert {one.path.name for one in found} == set(stray.nodes)
    assert {one.why for one in found} == {"no kept study needs it"}
    assert collect(found) == sum(one.bytes for one in found)
    assert leftovers(store) == []
    assert not any(store.has(key) for key in stray.nodes)
    assert [path.name for path in tmp_path.glob("steps/*/.*")] == []


def test_every_revision_counts(tmp_path: Path) -> None:
    """Also the steps of an earlier one are kept: its results may still be asked for."""
    store = open_store(tmp_path)
    _kept(store, "s", seeds=2)
    _kept(store, "s", seeds=1)
    assert leftovers(store) == []


def test_stale_steps_go_when_asked(tmp_path: Path) -> None:
    """Those that the study no longer has and no other needs; of its earlier revision the record stays."""
    store = open_store(tmp_path)
    before = _kept(store, "s", seeds=3)
    needed = _kept(store, "other", seeds=2)
    now = _kept(store, "s", seeds=1)
    found = leftovers(store, stale=True)
    assert {one.path.name for one in found} == set(before.nodes) - set(now.nodes) - set(needed.nodes) != set()
    collect(found)
    assert leftovers(store, stale=True) == []
    assert all(store.has(key) for key in (*now.nodes, *needed.nodes))
    assert len([*tmp_path.glob("studies/s/*.yaml")]) == 2


def test_a_study_is_dropped(tmp_path: Path) -> None:
    """With it goes what it alone needed, and nothing that another needs too."""
    store = open_store(tmp_path)
    one = _kept(store, "one")
    two = _kept(store, "two", targets=["xquad", "udpos"])
    assert set(one.nodes) < set(two.nodes)
    assert _gone(store, "one") == [("study", "one")]
    found = leftovers(store, ["two"])
    assert {path.path.name for path in found} == {"two", *(two.nodes.keys() - one.nodes.keys())}
    collect(found)
    assert kept_names(store) == ["one"]
    assert set(finished_keys(store)) == set(one.nodes)
    with pytest.raises(UnknownNameError, match="Did you mean 'one'"):
        leftovers(store, ["onne"])


def test_what_is_behind_a_foreign_step_stays(tmp_path: Path) -> None:
    """A study that tests a finished step of another study needs that step and all behind it."""
    store = open_store(tmp_path)
    first = _kept(store, "first")
    predict = next(node for node in first.nodes.values() if node.step.kind == "predict")
    (trained,) = predict.parents
    step = STEP.replace({"parent": trained})
    looked = Plan(first.study.replace({"study": "looked"}), {**plan({}).nodes}, (), (), ())
    node = next(iter(first.nodes.values()))
    keep_study(store, Plan(looked.study, {"k": type(node)("k", step, "t", "e")}, (), (), ()), None)
    found = leftovers(store, ["first"])
    assert [(one.what, one.path.name) for one in found] == [("study", "first"), ("step", predict.key)]


def test_tables_and_bases_that_steps_go_back_to(tmp_path: Path) -> None:
    """They stay as long as a step needs them; what nobody refers to goes after a day."""
    store = open_store(tmp_path)
    used, behind_base, stray = (table(store, values) for values in (b"1", b"2", b"3"))
    for name, said in (("base", {"table": behind_base}), ("idle", {})):
        folder = store.bases / name
        folder.mkdir(parents=True)
        (folder / "rows.safetensors").write_bytes(back_to(**said))
        write_json(folder / "manifest.json", {"files": files_in(folder)})
    made = plan({})
    keep_study(store, made, None)
    for key, node in made.nodes.items():
        draft = tmp_path / "work" / "draft"
        (draft / "model").mkdir(parents=True)
        (draft / "model" / "config.json").write_text(
            "{}" if node.step.kind == "predict" else str(CONFIG).replace("'", '"')
        )
        (draft / "model" / "rows.safetensors").write_bytes(back_to(table=used))
        (draft / "model" / "adapters.safetensors").write_bytes(back_to(base="base"))
        publish(store, key, node.step, {}, draft)
    assert leftovers(store) == []
    for path in (*store.tables.iterdir(), *store.bases.iterdir()):
        grow_old(path)
    assert _gone(store) == [("table", stray), ("base", "idle")]
    # a step whose record was lost is asked itself
    (store.folder(next(iter(made.nodes))) / "step.json").write_text("torn")
    assert _gone(store) == [("table", stray), ("base", "idle")]
    assert {name for what, name in _gone(store, "s") if what in {"table", "base"}} == {
        used,
        behind_base,
        stray,
        "base",
        "idle",
    }


def test_unfinished_work(tmp_path: Path) -> None:
    """That of a living worker stays, that of a needed step too; old work that nothing needs goes."""
    store = open_store(tmp_path)
    made = plan({})
    keep_study(store, made, None)
    wanted = next(iter(made.nodes))
    alive = claim(store.leases, "a" * 64, here("w"))
    ended = claim(store.leases, "b" * 64, dead("w"))
    assert alive is not None
    assert ended is not None
    folders = [workplace(store, alive), workplace(store, ended), store.root / "work" / f"{wanted}.w"]
    folders[2].mkdir()
    assert leftovers(store) == []  # all of it is of today
    for folder in folders:
        grow_old(folder)
    assert _gone(store) == [("work", folders[1].name)]
    finish_plan(store, made)
    assert sorted(_gone(store)) == sorted(("work", folder.name) for folder in folders[1:])


def test_a_running_study_is_not_dropped(tmp_path: Path) -> None:
    """While a worker is at one of its steps."""
    store = open_store(tmp_path)
    made = _kept(store, "s")
    assert claim(store.leases, next(iter(made.nodes)), here("w")) is not None
    with pytest.raises(UserError, match=r"A worker is at a step of the study 's'\. Stop its run"):
        leftovers(store, ["s"])


def test_drafts_of_the_killed(tmp_path: Path) -> None:
    """What begins with a dot was being written; after a day nobody writes it any more."""
    store = open_store(tmp_path)
    _kept(store, "s")
    names = [
        "tables/.x",
        "index/.y",
        "leases/.k.taken",
        "studies/s/.plan.1",
        "steps/ab/.gone",
        ".format.json.1",
        "literature/my-question/.synthesis.json.1",
        "literature/responses/ab/.answer.json.1",
        "literature/judgements/0123/ab/.said.json.1",
    ]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    (store.leases / ".host.lock").write_text("")
    assert leftovers(store) == []
    for path in tmp_path.rglob(".*"):
        grow_old(path)
    assert {one.path.relative_to(tmp_path).as_posix() for one in leftovers(store)} == set(names)
    collect(leftovers(store))
    assert leftovers(store) == []


def test_the_literature_stays(tmp_path: Path) -> None:
    """However old it is: no study needs it, and what databases answered cannot be made again."""
    store = open_store(tmp_path)
    for name in ("my-question/synthesis.json", "responses/ab/abc.json", "texts/ab/abc.json"):
        path = tmp_path / "literature" / name
        path.parent.mkdir(parents=True)
        path.write_text("{}")
        grow_old(path)
    data = tmp_path / "literature/responses/acl-anthology/data/.git"
    data.mkdir(parents=True)
    grow_old(data)
    assert leftovers(store) == []
    assert ("literature", 3) in {(shelf.what, shelf.number) for shelf in beside(store)}


def test_the_cache_has_a_limit(tmp_path: Path) -> None:
    """Beyond it what was used longest ago goes, whole models at a time."""
    store = open_store(tmp_path)
    for number, name in enumerate(("old", "older", "new")):
        folder = store.cache / "ctranslate2" / name
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(b"x" * 100)
        grow_old(folder, days=(2, 3, 1)[number])
    assert leftovers(store) == []
    found = leftovers(store, cache_bytes=150)
    assert [one.path.name for one in found] == ["older", "old"]
    assert [one.path.name for one in leftovers(store, cache_bytes=250)] == ["older"]


def test_a_plan_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    """Nobody knows what it needs, so that nothing may go."""
    store = open_store(tmp_path)
    _kept(store, "s")
    (path,) = tmp_path.glob("studies/s/*.steps.parquet")
    path.write_bytes(b"torn")
    with pytest.raises(UserError, match=r"steps\.parquet is missing or damaged\. Run the study again"):
        leftovers(store)


def test_what_is_kept_is_counted(tmp_path: Path) -> None:
    """By kind, by study, and beside the steps, the largest first."""
    store = open_store(tmp_path)
    one, two = _kept(store, "one"), _kept(store, "two", targets=["xquad", "udpos"])
    entries = open_index(store).entries(finished_keys(store))
    assert {(shelf.what, shelf.number) for shelf in by_kind(entries)} == {("target", 2), ("predict", 2)}
    assert [shelf.what for shelf in by_study(store, entries)] == ["two", "one"]
    assert [shelf.number for shelf in by_study(store, entries)] == [len(two.nodes), len(one.nodes)]
    assert sum(shelf.bytes for shelf in by_kind(entries)) == by_study(store, entries)[0].bytes
    assert {shelf.what for shelf in beside(store)} == {"index", "studies", "work"}
    assert steps_of(store, "one") == set(one.nodes)


@settings(max_examples=6, deadline=None)
@given(
    kept=st.lists(st.sampled_from(["none", "squad", "udpos", "hellaswag"]), max_size=3, unique=True),
    dropped=st.sampled_from(["none", "squad", "udpos", "hellaswag"]),
)
def test_no_kept_study_loses_a_step(kept: list[str], dropped: str) -> None:
    """Whatever studies there are and whichever is dropped."""
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        plans = {
            arm: _kept(store, f"of-{arm}", intermediate=[] if arm == "none" else [arm])
            for arm in dict.fromkeys([*kept, dropped])
        }
        collect(leftovers(store, [f"of-{dropped}"]))
        needed = {key for arm, made in plans.items() if arm != dropped for key in made.nodes}
        assert set(finished_keys(store)) == needed
