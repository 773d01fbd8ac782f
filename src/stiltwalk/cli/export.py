"""Writing a finished training as a checkpoint of transformers, with its card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from stiltwalk.cli import options, show
from stiltwalk.compute.context import Place
from stiltwalk.engine.prepare import step_key
from stiltwalk.engine.status import chosen_by
from stiltwalk.plan.references import is_base
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.report.model_card import CardFacts, Stage, model_card
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.store.atomic import write_bytes
from stiltwalk.store.index import open_index
from stiltwalk.store.plans import outlines_of
from stiltwalk.store.store import Artifact, Store, open_store, read_artifact
from stiltwalk.store.studies import kept_names, kept_tasks, read_kept_study

if TYPE_CHECKING:
    from stiltwalk.compute.export import Exported

CARD = "README.md"


def export(text: str, out: Path, store: Path | None, data_dir: Path | None, *, as_json: bool) -> None:
    """Write the model of the step whose key begins with ``text`` into ``out``, and print what it is.

    Raises:
        UserError: there is no such step, or it holds no model; ``out`` is not empty.
    """
    from stiltwalk.compute.export import export_model  # noqa: PLC0415  torch comes with it

    opened = open_store(options.store_root(store))
    key = step_key(text, opened)
    if key is None:
        raise UserError(
            f"No finished step of the store {opened.root} has a key beginning with '{text}', or several do. "
            "Give at least 8 of its digits: 'stiltwalk status STUDY --json' lists steps with their keys."
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is there already, and nothing is overwritten. Name a folder that is not.")
    tasks = {**kept_tasks(opened), **TASKS}
    place = Place(opened, options.data_dir(data_dir), {}, {}, tasks)
    out.parent.mkdir(parents=True, exist_ok=True)
    # whole or not at all: a model without its card would be passed on
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as made:
        draft = Path(made) / "model"
        written = export_model(place, key, draft)
        write_bytes(draft / CARD, model_card(_facts(opened, key, written, tasks)).encode())
        draft.replace(out)
    row = {"step": key, "folder": str(out), "architecture": written.architecture, "head": written.task}
    if as_json:
        show.print_json("rows", [row | {"without_head": written.without_head}])
        return
    show.console.print(f"{written.architecture} written to {out}, with its card ({CARD}).", markup=False)
    if written.without_head:
        show.console.print(f"The encoder alone: {written.without_head}.", markup=False)
    if written.task is not None:
        show.console.print(f"Test it: stiltwalk evaluate {out} --target {written.task}", markup=False)


def _facts(store: Store, key: str, written: Exported, tasks: Catalogue) -> CardFacts:
    line = list(_lineage(store, key))
    rows = _rows(store, key)
    own = [mark for each in rows["caveats"].dropna().unique() for mark in each.split(";") if mark]
    stages = tuple(_stage(store, artifact, tasks) for artifact in line)
    marks = [*own, *(mark for stage in stages for task in stage.tasks for mark in task.caveats)]
    name = _name(store, key)
    trained = [stage for stage in stages if stage.kind != "pretrain"]
    return CardFacts(
        title=" → ".join([name or "encoder", *("+".join(task.name for task in s.tasks) for s in trained)]),
        encoder="" if stages[0].kind == "pretrain" else name,
        architecture=written.architecture,
        task=None if written.task is None else find_task(written.task, tasks),
        without_head=written.without_head,
        stages=stages,
        rows=rows,
        caveats=explain(dict.fromkeys(marks), tasks),
        versions=line[-1].facts.get("versions", {}),
    )


def _lineage(store: Store, key: str) -> Iterator[Artifact]:
    """The trainings from the first to ``key``."""
    artifact = read_artifact(store, key)
    parent = artifact.step.parent if isinstance(artifact.step, TrainStep) else None
    if parent is not None and not is_base(parent):
        yield from _lineage(store, parent)
    yield artifact


def _stage(store: Store, artifact: Artifact, tasks: Catalogue) -> Stage:
    step = artifact.step
    if isinstance(step, TrainStep):
        trained = tuple(find_task(part.task, tasks) for part in step.parts)
        hyper: dict[str, Any] = step.training.model_dump()
        if step.rate_from is not None:  # what the step says itself is a placeholder
            hyper["learning_rate"] = chosen_by(store, step.rate_from).get("rate")
        return Stage(step.kind, artifact.key, trained, step.seed, hyper, artifact.facts)
    assert isinstance(step, PretrainStep), "nothing else stands behind a model"
    return Stage("pretrain", artifact.key, (), step.seed, {}, artifact.facts)


def _rows(store: Store, key: str) -> pd.DataFrame:
    """Result rows of every finished test of this very model."""
    index = open_index(store)
    index.complete()
    tests = [
        each
        for each, kind, parent in index.known(("key", "kind", "parent"))
        if kind == "predict" and parent == key and store.has(each)
    ]
    frame: pd.DataFrame = index.rows(sorted(tests))[0].to_pandas()
    return frame


def _name(store: Store, key: str) -> str:
    """What a study calls the encoder behind step ``key``; empty: no kept study knows it."""
    for study in kept_names(store):
        found = outlines_of(read_kept_study(store, study).plan.nodes).get(key)
        if found is not None:
            return found.encoder
    return ""
