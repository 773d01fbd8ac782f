"""Printing why a step is as it is, and its log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stiltwalk.cli import named, options, show
from stiltwalk.engine.reasons import TAIL_LINES, Link, Reasons, find_step, reasons, tail
from stiltwalk.spec.errors import UserError
from stiltwalk.store.store import Store

MOST_LINKS = 20


def show_reasons(
    name: str | None,
    text: str | None,
    store: Path | None,
    scale: str | None,
    *,
    whole_log: bool,
    as_json: bool,
) -> None:
    """Print everything that is known of one step, or its whole log.

    Args:
        name: the study.
        text: the first digits of the step's key, or words of its title.
        store: where the study was run.
        scale: at which of its scales.
        whole_log: print the log, and nothing else.
        as_json: print one JSON object.

    Raises:
        UserError: there is no such study or step, several steps fit, or the step has no log.
    """
    if text is None:
        raise UserError("--log is of which step? Name it: --why STEP --log.")
    if name is None:
        raise UserError("--why is of a step of one study. Name the study; 'stiltwalk status' lists them.")
    opened = options.kept_store(store)
    plan = named.kept_plan(opened, name, scale)
    found = reasons(plan, opened, find_step(plan, text).key)
    if whole_log:
        _print_log(found)
    elif as_json:
        show.print_json("steps", [_as_row(found)])
    else:
        _print_reasons(found, opened)


def _print_log(found: Reasons) -> None:
    if found.log is None:
        raise UserError(f"The step '{found.step.title}' has no log: {_log_absent(found)}. Leave --log out.")
    with found.log.open(encoding="utf-8", errors="replace") as lines:
        sys.stdout.writelines(lines)


def _log_absent(found: Reasons) -> str:
    if found.state == "done":
        return "it was finished by a version that wrote none"
    return "no worker has begun it" if found.folder is None else "its worker has written none yet"


def _print_reasons(found: Reasons, store: Store) -> None:
    step = found.step
    encoder = f", encoder {step.encoder}" if step.encoder else ""
    _say(step.title)
    _say(f"  step      {step.key[:12]} ({step.kind}{encoder})")
    _say(f"  state     {found.state}{f': {found.why}' if found.why else ''}")
    for line in (*_failure(found), *_holder(found, store), *_finished(found)):
        _say(f"  {line}")
    if found.chain:
        _say(f"  waits for {len(found.chain)} unfinished step(s); first of all:")
        _print_links(found.causes)
    elif found.parents:
        _say("  needs")
        _print_links(found.parents)
    if found.folder is not None:
        _say(f"  folder    {found.folder}")
    _say(f"  log       {found.log or f'none: {_log_absent(found)}'}")
    if found.log is not None:
        _say(f"\nThe last lines of its log (--log prints it all, {TAIL_LINES} are shown):")
        for line in tail(found.log):
            _say(f"  {line}")


def _failure(found: Reasons) -> list[str]:
    if found.failure is None:
        return []
    lines = [f"failed    {_when(found.failure.at)}, after {found.failure.attempts} attempt(s)"]
    return lines + [f"          {line}" for line in found.failure.message.strip().splitlines()]


def _holder(found: Reasons, store: Store) -> list[str]:
    held = found.holder
    if held is None:
        return []
    silent = f"said {show.clock(held.silent)} ago that it lives (after {show.clock(held.silence)} of silence "
    silent += "others may take over)"
    if not held.alive:
        return [f"worker    {held.worker} is gone; it {silent}; the next worker takes the step over"]
    lines = [f"worker    {held.worker}, {silent}"]
    if found.reported is not None:
        told = found.reported
        rate = f", {told.rate:,.0f} examples/s" if told.rate else ""
        lines.append(f"at        {told.stage} {told.done}/{told.total}{rate}")
    return [*lines, f"lease     {store.leases / f'{found.step.key}.json'}"]


def _finished(found: Reasons) -> list[str]:
    if found.state != "done" or found.published is None:
        return []
    seconds = "" if found.seconds is None else f", after {found.seconds:,.2f} seconds of work"
    worker = "" if found.worker is None else f", by {found.worker}"
    return [f"done      {_when(found.published)}{worker}{seconds}"]


def _print_links(links: Iterable[Link]) -> None:
    shown = list(links)
    for link in shown[:MOST_LINKS]:
        _say(f"    {link.state:7}  {link.key[:12]}  {link.title}{f': {link.why}' if link.why else ''}")
    if len(shown) > MOST_LINKS:
        _say(f"    … and {len(shown) - MOST_LINKS} more")


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _say(line: str) -> None:
    show.console.print(line, markup=False, soft_wrap=True)


def _as_row(found: Reasons) -> dict[str, Any]:
    step = found.step
    return {
        "step": step.key,
        "title": step.title,
        "kind": step.kind,
        "encoder": step.encoder,
        "state": found.state,
        "why": found.why,
        "seconds": found.seconds,
        "published_at": found.published,
        "worker": found.worker,
        "failure": None if found.failure is None else found.failure._asdict(),
        "holder": None if found.holder is None else asdict(found.holder),
        "progress": None if found.reported is None else asdict(found.reported),
        "folder": None if found.folder is None else str(found.folder),
        "log": None if found.log is None else str(found.log),
        "parents": [asdict(link) for link in found.parents],
        "waits_for": [asdict(link) for link in found.chain],
    }
