"""Writing a finished training as a checkpoint of transformers, with its card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from stiltwalk.cli import options, show
from stiltwalk.cli.own_places import writing_to
from stiltwalk.cli.publishing import (
    Destination,
    Pushed,
    agreed,
    found_at,
    push,
    require_ready,
    require_room,
)
from stiltwalk.compute.context import Place
from stiltwalk.engine.prepare import step_key
from stiltwalk.engine.status import chosen_by
from stiltwalk.plan.references import is_base
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.render.model_card import CardFacts, Stage, model_card
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.store.atomic import write_bytes
from stiltwalk.store.index import open_index
from stiltwalk.store.plans import outlines_of
from stiltwalk.store.store import Artifact, Store, read_artifact
from stiltwalk.store.studies import kept_names, kept_tasks, read_kept_study

if TYPE_CHECKING:
    from stiltwalk.compute.export import Exported

CARD = "README.md"

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


class Sending(NamedTuple):
    """Whether what is written is uploaded.

    Attributes:
        to: where; ``None``: nowhere.
        yes: without asking.
    """

    to: Destination | None = None
    yes: bool = False


def export(
    text: str,
    out: Path | None,
    store: Path | None,
    data_dir: Path | None,
    sending: Sending = Sending(),  # noqa: B008  it cannot be changed
    *,
    as_json: bool,
) -> None:
    """Write the model of the step whose key begins with ``text`` into ``out``, upload it, print what it is.

    Without ``out`` nothing of it stays on this machine.

    Raises:
        UserError: there is no such step, or it holds no model; ``out`` is not empty; it cannot be uploaded.
    """
    opened = options.kept_store(store)
    key = step_key(text, opened)
    if key is None:
        raise UserError(
            f"No finished step of the store {opened.root} has a key beginning with '{text}', or several do. "
            "Give at least 8 of its digits: 'stiltwalk status STUDY --json' lists steps with their keys."
        )
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is there already, and nothing is overwritten. Name a folder that is not.")
    if sending.to is not None:
        require_ready(sending.to)
    tasks = {**kept_tasks(opened), **TASKS}
    place = Place(opened, options.data_dir(data_dir), {}, {}, tasks)
    with _draft(out) as draft:
        written, title = _written(place, key, draft, "" if sending.to is None else sending.to.repo)
        folder = draft
        if out is not None:
            folder = draft.replace(out)
        if not as_json:
            _say(written, out)
        pushed = (
            None if sending.to is None else _sent(folder, sending.to, f"{title}, step {key[:12]}", sending)
        )
    if as_json:
        row = {"step": key, "folder": None if out is None else str(out)}
        row |= {"architecture": written.architecture, "head": written.task}
        sent = None if pushed is None else pushed._asdict()
        show.print_json("rows", [row | {"without_head": written.without_head, "pushed": sent}])


@contextmanager
def _draft(out: Path | None) -> Iterator[Path]:
    """A folder to write into that is not there yet, beside ``out``; gone afterwards unless it was moved.

    What is written is whole or not at all: a model without its card would be passed on.
    """
    if out is None:
        draft = TemporaryDirectory(prefix=".export.")
    else:
        with writing_to(out, "--out"):
            out.parent.mkdir(parents=True, exist_ok=True)
            draft = TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent)
    with draft as made:
        yield Path(made) / "model"


def _written(place: Place, key: str, folder: Path, repo: str) -> tuple[Exported, str]:
    """Write model and card; what it is, and in words where it comes from."""
    from stiltwalk.compute.export import export_model  # noqa: PLC0415  torch comes with it

    written = export_model(place, key, folder)
    facts = _facts(place.store, key, written, place.tasks)
    card = model_card(facts._replace(title=repo) if repo else facts)
    write_bytes(folder / CARD, card.encode())
    return written, facts.title


def _say(written: Exported, out: Path | None) -> None:
    where = "made" if out is None else f"written to {out}"
    show.console.print(f"{written.architecture} {where}, with its card ({CARD}).", markup=False)
    if written.without_head:
        show.console.print(f"The encoder alone: {written.without_head}.", markup=False)
    if written.task is not None and out is not None:
        show.console.print(f"Test it: stiltwalk evaluate {out} --target {written.task}", markup=False)


def _sent(folder: Path, to: Destination, message: str, sending: Sending) -> Pushed | None:
    """Upload ``folder``; ``None``: the user would not."""
    found = found_at(to)
    files = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    require_room(to, files, found)
    if not agreed(to, files, found, yes=sending.yes):
        show.note("Nothing was uploaded.")
        return None
    pushed = push(folder, to, found, message)
    show.note(f"Uploaded: {pushed.url}")
    return pushed


def _facts(store: Store, key: str, written: Exported, tasks: Catalogue) -> CardFacts:
    line = list(_lineage(store, key))
    rows = _rows(store, key)
    own = [mark for each in rows["caveats"].dropna().unique() for mark in each.split(";") if mark]
    stages = tuple(_stage(store, artifact, tasks) for artifact in line)
    marks = [*own, *(mark for stage in stages for task in stage.tasks for mark in task.caveats)]
    name = _name(store, key)
    trained = [stage for stage in stages if stage.kind != "pretrain"]
    first = line[0].step
    start = first.parent if isinstance(first, TrainStep) else ""  # else it is pretrained from nothing
    base, revision = _on_a_hub(store, key) if start else ("", "")
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
        base=base,
        base_revision=revision,
        content=start.partition(":")[2],
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
        hyper["precision"] = step.execution.precision
        return Stage(step.kind, artifact.key, trained, step.seed, hyper, artifact.facts)
    assert isinstance(step, PretrainStep), "nothing else stands behind a model"
    return Stage("pretrain", artifact.key, (), step.seed, step.training.model_dump(), artifact.facts)


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
    return next((name for _, name in _studies(store, key)), "")


def _studies(store: Store, key: str) -> Iterator[tuple[Study, str]]:
    """Kept studies that have step ``key``, and what each calls the encoder behind it."""
    for name in kept_names(store):
        plan = read_kept_study(store, name).plan
        found = outlines_of(plan.nodes).get(key)
        if found is not None:
            yield plan.study, found.encoder


def _on_a_hub(store: Store, key: str) -> tuple[str, str]:
    """Id and revision of the encoder behind step ``key``; empty where it is on none, or that is not known.

    A folder is not named: where it lies is nobody else's business.
    """
    for study, name in _studies(store, key):
        choice = next((each for each in study.encoders if each.name == name), None)
        source = "" if choice is None else choice.source or ""
        if choice is not None and _HUB_ID.fullmatch(source) and not Path(source).expanduser().exists():
            return source, choice.revision or ""
    return "", ""
