"""Workers on other machines: what they need to know of a run lies in the store that all of them share.

A worker is told three words: the store, the study's name and the revision of its plan. The plan itself, and
where its ingredients lie, it reads there (``studies/NAME/REVISION.*``). Nothing is pickled.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from stiltwalk.compute.context import Place
from stiltwalk.engine.devices import Room, find_devices
from stiltwalk.engine.mirrors import tracking_here
from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.worker import RETRIES, Event, Tell, work
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.atomic import read_json, write_json
from stiltwalk.store.store import open_store
from stiltwalk.store.studies import keep_study, read_kept_study

_PLACES: TypeAdapter[Place] = TypeAdapter(Place)

VERSION = version("stiltwalk")
"""Of this package on this machine."""

_OF_THE_PACKAGE = "stiltwalk:"
"""Begins a path within this package, which lies elsewhere on every machine."""


class RunRef(NamedTuple):
    """What a worker on another machine is told of a run.

    Attributes:
        store: the store's folder, absolute.
        study: the name that the study is kept under.
        revision: of its plan.
    """

    store: str
    study: str
    revision: str


def keep_run(prepared: Prepared) -> RunRef:
    """Write down the plan, and where its ingredients lie, for workers that start elsewhere."""
    plan, place = prepared
    path = keep_study(place.store, plan, place.data_dir)
    record = {"version": VERSION, "place": _PLACES.dump_python(_portable(place), mode="json")}
    write_json(path.with_suffix(".place.json"), record)
    return RunRef(str(place.store.root.absolute()), path.parent.name, path.stem)


def load_run(ref: RunRef) -> Prepared:
    """The plan of ``ref`` and where its ingredients lie on this machine.

    Raises:
        UserError: the store, or a folder that the run needs, is not on this machine; or this machine has
            another version of this package.
    """
    root = Path(ref.store)
    path = root / "studies" / ref.study / f"{ref.revision}.place.json"
    if not root.is_dir():
        raise _not_here("The store", root)
    record = read_json(path)
    if record is None:
        raise UserError(
            f"{path} is missing or damaged on {socket.gethostname()}: the run cannot be joined. "
            "Start it again where it was started."
        )
    if record.get("version") != VERSION:
        raise UserError(
            f"{socket.gethostname()} has stiltwalk {VERSION}, and the run was started by "
            f"{record.get('version')}. Install the same version on all machines."
        )
    try:
        place = _here(_PLACES.validate_python(record["place"]))
    except (KeyError, ValidationError):
        raise UserError(f"{path} is damaged. Start the run again where it was started.") from None
    for what, needed in _needed(place):
        if not needed.exists():
            raise _not_here(what, needed)
    store = open_store(root)
    kept = read_kept_study(store, ref.study, ref.revision)
    place = replace(place, store=store, tasks={**TASKS, **place.tasks})
    return Prepared(kept.plan, replace(place, tracking=tracking_here(place)))


def work_remotely(
    ref: RunRef,
    stopping: Callable[[], bool],
    since: float,
    retries: int = RETRIES,
    number: int = 0,
    tell: Tell = lambda event: None,  # noqa: ARG005  nobody listens by default
) -> None:
    """Carry out steps of the run until none is left that this worker could do, in this process.

    Args:
        ref: the run.
        stopping: whether it was asked to stop.
        since: when the run began, in seconds since the epoch: what failed before is tried again.
        retries: how often a step is tried again after what may pass.
        number: which of the run's workers this is; it takes that device of this machine, modulo their count.
        tell: hears what happens.

    Raises:
        InterruptedRunError: asked to stop; unfinished work is kept in the store.
        DiskFullError: there is no room to write.
        SpoiltProcessError: this process can compute no more; another should take its place.
        UserError: as ``load_run``; or the store cannot be written.
    """
    plan, place = load_run(ref)
    devices = find_devices()
    room = Room(devices, number % len(devices))
    if (visible := devices[room.own].visible) is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible  # before torch is imported, and looks
    work(plan, place, tell, stopping, since, room, retries=retries)


def in_words(event: Event) -> str | None:
    """``event`` as a line of a log; ``None``: not worth one."""
    if event.kind == "progress":
        return None
    return " ".join(word for word in (event.kind, event.title, event.message) if word)


def _portable(place: Place) -> Place:
    """``place`` with absolute paths, those of this package by name, and without the tasks that all know."""
    return replace(
        place,
        data_dir=None if place.data_dir is None else place.data_dir.absolute(),
        encoders=_each(place.encoders, _named),
        vocabularies=_each(place.vocabularies, _named),
        translators=_each(place.translators, _named),
        tasks={name: task for name, task in place.tasks.items() if TASKS.get(name) != task},
    )


def _here(place: Place) -> Place:
    """The other way round: paths as they are on this machine."""
    return replace(
        place,
        encoders=_each(place.encoders, _found),
        vocabularies=_each(place.vocabularies, _found),
        translators=_each(place.translators, _found),
    )


def _each(paths: Mapping[str, Path], change: Callable[[Path], Path]) -> dict[str, Path]:
    return {content: change(path) for content, path in paths.items()}


def _package() -> Path:
    return Path(str(files("stiltwalk"))).absolute()


def _named(path: Path) -> Path:
    absolute = path.absolute()
    if absolute.is_relative_to(_package()):
        return Path(_OF_THE_PACKAGE + absolute.relative_to(_package()).as_posix())
    return absolute


def _found(path: Path) -> Path:
    text = str(path)
    if text.startswith(_OF_THE_PACKAGE):
        return _package() / text.removeprefix(_OF_THE_PACKAGE)
    return path


def _needed(place: Place) -> Iterable[tuple[str, Path]]:
    """What must be on this machine, and what people call it."""
    if place.data_dir is not None:
        yield "The data folder", place.data_dir
    yield from (("An encoder's folder", path) for path in place.encoders.values())
    yield from (("A vocabulary", path) for path in place.vocabularies.values())
    yield from (("A translator's folder", path) for path in place.translators.values())


def _not_here(what: str, path: Path) -> UserError:
    return UserError(
        f"{what} {path} is not on {socket.gethostname()}. Workers on several machines need it under the same "
        "path on each: put it into a folder that all of them share."
    )
