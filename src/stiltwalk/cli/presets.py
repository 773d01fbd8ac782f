"""Printing which studies there are, and single ones as files to go on from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from stiltwalk.cli import named, options, show
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.scales import scales_of
from stiltwalk.spec.study_files import written_in
from stiltwalk.spec.study_schema import schema_text
from stiltwalk.spec.yaml_file import read_yaml
from stiltwalk.store.store import Store, open_store
from stiltwalk.store.studies import kept_revisions, read_kept_study


def show_schema() -> None:
    """Print the JSON schema of study files."""
    show.console.file.write(schema_text())


def show_studies(store: Path | None, *, as_json: bool) -> None:
    """Print every preset with its question and scales, and every study kept in the store."""
    opened = open_store(options.store_root(store))
    presets = [_preset(name, path) for name, path in named.presets().items()]
    latest = {path.parent.name: path for path in kept_revisions(opened)}
    kept = [_kept(opened, latest[name]) for name in sorted(latest)]
    if as_json:
        show.print_lists({"presets": presets, "kept": kept})
        return
    shown = [row | {"scales": " ".join(row["scales"])} for row in presets]
    show.print_table(shown, ("study", "scales", "question"), title="Studies that come along")
    if kept:
        show.console.print()
        show.print_table(kept, ("study", "scale", "revision", "run", "steps"), title="Studies run before")


def show_study(name: str, scale: str | None, store: Path | None, *, as_json: bool) -> None:
    """Print one study as a file that runs: at its scale, with ladders and benchmarks written out.

    A file or preset is printed as it would be edited, its axes not laid out; a study run before as it is
    kept.

    Raises:
        UserError: no such study or scale, or it is not valid.
    """
    opened = open_store(options.store_root(store))
    named.described(name, opened, {}, scale)  # refuses what would not run
    path = named.file_of(name)
    if path is not None:
        study = written_in(path, scale)
    else:
        study = read_kept_study(opened, named.kept_name(name, opened, scale)).plan.study
    said = study.model_dump(mode="json", exclude_unset=path is not None)
    text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100)
    show.console.file.write(json.dumps(said, ensure_ascii=False) + "\n" if as_json else text)


def _preset(name: str, path: Path) -> dict[str, Any]:
    raw = read_yaml(path, "study", "'study:' and 'encoders:'")
    question = " ".join(str(raw.get("question", "")).split())
    return {"study": name, "scales": scales_of(raw, name), "question": question}


def _kept(store: Store, path: Path) -> dict[str, Any]:
    """A revision of a kept study in a line; one that is damaged has neither scale nor steps."""
    run = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    row = {"study": path.parent.name, "scale": None, "revision": path.stem, "run": run, "steps": None}
    try:
        plan = read_kept_study(store, path.parent.name, path.stem).plan
    except UserError:
        return row
    return row | {"scale": plan.study.scale, "steps": len(plan.nodes)}
