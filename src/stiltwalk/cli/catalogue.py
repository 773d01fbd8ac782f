"""What exists: tasks, languages, published results, encoders, and the state of this machine."""

from __future__ import annotations

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from stiltwalk.cli import options, show, task_table
from stiltwalk.engine.devices import MEMORY, find_devices
from stiltwalk.engine.encoders import described_packaged
from stiltwalk.engine.status import finished_pretraining
from stiltwalk.spec.encoders import KNOWN_ENCODERS
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.ladders import LADDERS
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.published import Published, published
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS
from stiltwalk.spec.tracking import OWN, TRACKERS, is_installed
from stiltwalk.store.store import open_store

LIBRARIES = ("torch", "transformers", "tokenizers", "accelerate", "safetensors", "pandas", "pyarrow")
LOW_DISK_GIB = 5.0


def show_tasks(*, as_json: bool) -> None:
    """Print every task record."""
    rows = [_task_row(task) for task in TASKS.values()]
    if as_json:
        full = [
            row | {"record": task.model_dump(mode="json")}
            for row, task in zip(rows, TASKS.values(), strict=True)
        ]
        show.print_json("rows", full)
    else:
        show.print_table(rows, ("name", "type", "stages", "languages", "metrics", "trains_on", "licence"))
        show.console.print("\nFiles of each: stiltwalk data ls --data-dir DIR")


def _task_row(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "type": task.type,
        "stages": ", ".join(task.stages),
        "languages": len(task.languages),
        "metrics": ", ".join(m.name for m in task.scoring.metrics) if task.scorer else "",
        "trains_on": ", ".join(task.trains_on),
        "licence": task.licence,
    }


def show_tasks_as_markdown() -> None:
    """Print every task record as a row of a Markdown table."""
    show.console.file.write(task_table.markdown(TASKS))


def show_languages(*, as_json: bool) -> None:
    """Print every language, in how many tasks it is tested, and which benchmarks hold it."""
    rows: list[dict[str, Any]] = []
    for spoken in LANGUAGES.values():
        # the pocket world is no test set of a language
        tested = [
            task.name
            for task in TASKS.values()
            if "target" in task.stages and task.generator is None and spoken.code in task.languages
        ]
        held = [
            benchmark.title
            for benchmark in BENCHMARKS.values()
            if any(spoken.code in task.languages for task in benchmark.tasks)
        ]
        row = spoken.model_dump() | {"tasks": len(tested), "benchmarks": ", ".join(held)}
        rows.append(row | {"tested_in": tested, "benchmarks": held} if as_json else row)
    if as_json:
        show.print_json("rows", rows)
    else:
        show.print_table(rows, ("code", "name", "script", "family", "tasks", "benchmarks"))


def show_published(target: str | None, model: str | None, *, recalled: bool, as_json: bool) -> None:
    """Print published results; those that were never read in a source only when asked for, and marked."""
    found = published(target, model, recalled)
    if as_json:
        show.print_json("rows", [row.model_dump() for row in found])
        return
    columns = ["model", "parameters", "intermediate", "target", "language", "metric", "value", "split"]
    show.print_table(
        [_published_row(row) for row in found],
        [*columns, *(["recalled"] if recalled else []), "source", "note"],
        title="Parameters in millions",
    )
    left_out = len(published(target, model, recalled=True)) - len(found)
    if left_out:
        show.console.print(f"\nLeft out: {left_out} from memory alone; --recalled shows them, marked.")


def _published_row(row: Published) -> dict[str, Any]:
    # sizes read best as whole numbers, scores as they were printed: with one decimal, seldom two
    return row.model_dump() | {
        "parameters": f"{row.parameters:,.0f}",
        "value": f"{row.value:.2f}".removesuffix("0"),
        "recalled": "recalled" if row.recalled else "",
    }


def show_encoders(store: Path | None, *, as_json: bool) -> None:
    """Print the encoders known by name, those of this package, then those pretrained in the store."""
    rows: list[dict[str, Any]] = [
        {
            "name": known.hub,
            "layers": known.layers,
            "hidden": known.hidden,
            "parameters": known.parameters,
            "encoder_parameters": known.encoder_parameters,
            "from": "hub",
        }
        for known in KNOWN_ENCODERS.values()
    ]
    rows += [
        {
            "name": made.name,
            "layers": made.layers,
            "hidden": made.hidden,
            "parameters": made.parameters / 1e6,
            "encoder_parameters": made.encoder_parameters / 1e6,
            "from": "this package",
        }
        for made in described_packaged()
    ]
    root = options.store_root(store)
    if (root / "format.json").exists():
        rows += [
            {
                "name": made.key[:12],
                "layers": made.shape.layers,
                "hidden": made.shape.hidden,
                "parameters": made.parameters / 1e6,
                "encoder_parameters": made.encoder_parameters / 1e6,
                "from": f"pretrained {made.steps} steps",
            }
            for made in finished_pretraining(open_store(root))
        ]
    if as_json:
        show.print_json("rows", rows)
    else:
        show.print_table(
            rows,
            ("name", "layers", "hidden", "parameters", "encoder_parameters", "from"),
            title="Parameters in millions, with and without embeddings",
        )
        show.console.print(
            "\nAny other hub id, or a folder that AutoModel and AutoTokenizer can read, works as well."
        )


def show_ladders(*, as_json: bool) -> None:
    """Print every ladder's encoders, and what to know of each ladder."""
    rows: list[dict[str, Any]] = [
        {
            "ladder": ladder.name,
            "size": rung.size,
            "name": rung.hub,
            "parameters": rung.parameters,
            "encoder_parameters": rung.encoder_parameters,
            "with_decoder": rung.with_decoder,
            "licence": ladder.licence,
        }
        for ladder in LADDERS.values()
        for rung in ladder.rungs
    ]
    if as_json:
        notes = {ladder.name: ladder.note for ladder in LADDERS.values()}
        show.print_json("rows", [row | {"note": notes[row["ladder"]]} for row in rows])
        return
    show.print_table(
        rows,
        tuple(rows[0]),
        title="Parameters in millions, with and without embeddings, where a source has them",
    )
    show.console.print()
    for ladder in LADDERS.values():
        show.console.print(f"{ladder.name}: {ladder.note}")
    show.console.print("\nIn a study, 'encoders: [{ladder: NAME}]' stands for all sizes of a ladder.")


def show_doctor(store: Path | None, *, as_json: bool) -> None:
    """Print what was found, and how to mend what is missing."""
    rows = [*_machine(), *_memory(), *_libraries(), _trackers(), _store(store), _data()]
    if as_json:
        show.print_json("rows", rows)
    else:
        show.print_table(rows, ("check", "found", "state", "cure"))


def _row(check: str, found: str, state: str = "ok", cure: str = "") -> dict[str, Any]:
    return {"check": check, "found": found, "state": state, "cure": cure}


def _machine() -> list[dict[str, Any]]:
    # the one light command that asks torch what it can see
    from stiltwalk.compute.machine import accelerators, fast_precisions  # noqa: PLC0415

    memory = psutil.virtual_memory().total / 2**30
    found = accelerators()
    named = ", ".join(f"{found.count(name)} × {name}" for name in sorted(set(found)))
    return [
        _row("python", platform.python_version()),
        _row("cores", str(os.cpu_count())),
        _row("memory", f"{memory:.1f} GiB"),
        _row("accelerator", named or "none", "ok" if found else "cpu only"),
        _row("fast precisions", ", ".join(fast_precisions())),
    ]


def _memory() -> list[dict[str, Any]]:
    """What steps may use of it, where the user says so."""
    given = os.environ.get(MEMORY)
    if given is None:
        return []
    try:
        find_devices(lambda: ())
    except UserError as error:
        return [_row(MEMORY, given, "unusable", str(error))]
    return [_row(MEMORY, f"{given} GB")]


def _libraries() -> list[dict[str, Any]]:
    rows = []
    for name in LIBRARIES:
        try:
            rows.append(_row(name, version(name)))
        except PackageNotFoundError:
            rows.append(_row(name, "absent", "missing", f"pip install {name}"))
    return rows


def _trackers() -> dict[str, Any]:
    """Those of accelerate that are installed; none is needed."""
    there = [name for name in TRACKERS if is_installed(name)]
    lacking = [name for name in OWN if name not in there]
    cure = "pip install 'stiltwalk[track]', for --track " + ",".join(OWN) if lacking else ""
    return _row("trackers", ", ".join(there) or "none", "optional" if lacking else "ok", cure)


def _store(given: Path | None) -> dict[str, Any]:
    root = options.store_root(given)
    there = next(p for p in (root, *root.parents) if p.exists())
    if not there.is_dir():
        return _row("store", str(root), "unusable", f"{there} is a file; give --store a folder")
    free = shutil.disk_usage(there).free / 2**30
    found = f"{root} ({free:.0f} GiB free)"
    if not os.access(there, os.W_OK):
        return _row("store", found, "read-only", "give --store a folder you may write to")
    if free < LOW_DISK_GIB:
        return _row("store", found, "little room", "give --store a folder on a larger disk")
    try:
        # an empty folder would be made a store of; another one that is none is refused
        if there == root and any(not path.name.startswith(".") for path in root.iterdir()):
            open_store(root)
    except UserError as error:
        return _row("store", found, "unusable", str(error))
    return _row("store", found)


def _data() -> dict[str, Any]:
    folder = options.data_dir(None)
    if folder is None:
        return _row("data", "not set", "optional", "set STILTWALK_DATA, or give --data-dir each time")
    if not folder.is_dir():
        return _row("data", str(folder), "missing", "set STILTWALK_DATA to an existing folder")
    return _row("data", str(folder))
