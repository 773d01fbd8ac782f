"""What the store commands do, once their arguments are read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress

from stiltwalk.cli import options, show
from stiltwalk.literature.verifying import verify_literature
from stiltwalk.spec.errors import StepFailedError, UserError, unknown_name
from stiltwalk.store.collection import Leftover, collect, leftovers
from stiltwalk.store.disk import writing
from stiltwalk.store.entries import Entry
from stiltwalk.store.index import open_index
from stiltwalk.store.inventory import Shelf, all_entries, beside, by_kind, by_study, find_keys
from stiltwalk.store.remote_store import open_remote
from stiltwalk.store.store import Store, finished_keys, open_store
from stiltwalk.store.transfer import Copied, pull, push
from stiltwalk.store.verification import Damage, verify_rest, verify_steps

_DAMAGE_COLUMNS = ("what", "name", "found", "cure")
_STEP_COLUMNS = ("step", "task", "size", "seconds", "degenerate")


def list_store(store: Path | None, kind: str | None, *, as_json: bool) -> None:
    """Print what is kept; with ``kind`` the steps of that kind.

    Raises:
        UserError: there is no step of that kind.
    """
    opened = options.kept_store(store)
    index = open_index(opened)
    entries = all_entries(opened, index)
    if kind is not None:
        _list_kind(entries.values(), kind, as_json=as_json)
        return
    lists = {"kinds": by_kind(entries), "studies": by_study(opened, entries), "beside": beside(opened)}
    if as_json:
        show.print_lists({name: [shelf._asdict() for shelf in found] for name, found in lists.items()})
        return
    show.console.print(f"{opened.root}: {len(entries)} finished steps", markup=False)
    for title, name, words in (
        ("Steps by kind", "kinds", ("kind", "steps")),
        ("Steps by study; shared ones count in each", "studies", ("study", "steps")),
        ("Beside the steps", "beside", ("folder", "entries")),
    ):
        _print_shelves(lists[name], words, title)
    for key in sorted(index.unreadable):
        show.console.print(f"step {key[:12]} is damaged: see 'stiltwalk store verify'")


def verify_store(store: Path | None, words: Sequence[str], *, as_json: bool) -> None:
    """Print what is damaged, and how to mend it.

    Raises:
        StepFailedError: something is.
        UserError: a word is no finished step.
    """
    opened = options.kept_store(store)
    keys = list(find_keys(opened, words)) if words else sorted(finished_keys(opened))
    found = _verified(opened, keys, rest=not words)
    rows = [damage._asdict() | {"folder": str(damage.folder)} for damage in found]
    if as_json:
        show.print_json("rows", rows)
    elif rows:
        show.print_table([row | {"name": row["name"][:24]} for row in rows], _DAMAGE_COLUMNS)
        for damage in found:
            show.console.print(f"{damage.what} {damage.name[:24]}: {damage.folder}", markup=False)
    if found:
        raise StepFailedError(f"{len(found)} of what is kept in {opened.root} is damaged; see above.")
    if not as_json:
        show.console.print(f"{len(keys)} step(s) are as they were published.")


def collect_garbage(
    store: Path | None, studies: Sequence[str], *, stale: bool, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Print what no kept study needs, ask, and delete it.

    Raises:
        UserError: no such study, or nobody is there to be asked.
    """
    opened = options.kept_store(store)
    found = leftovers(opened, studies, stale=stale)
    if as_json:
        show.print_json("rows", [one._asdict() | {"path": str(one.path)} for one in found])
    elif found:
        _print_leftovers(found, opened.root)
    if dry_run:
        return
    if not found:
        show.note("nothing to delete: all that is kept is needed")
        return
    if not yes and not _agreed():
        show.note("nothing was deleted")
        return
    with writing(opened.root):
        # looked for again: since it was printed a run may have begun to need some of it
        total = collect(set(found).intersection(leftovers(opened, studies, stale=stale)))
    show.note(f"{show.size(total)} deleted")


def copy_out(url: str, store: Path | None, study: str | None, *, as_json: bool) -> None:
    """Push to ``url``, and print what was copied."""
    opened = options.kept_store(store)
    _print_copied(push(opened, open_remote(url, make=True), study, show.note), url, as_json=as_json)


def copy_in(url: str, store: Path | None, study: str | None, *, as_json: bool) -> None:
    """Pull from ``url``, and print what was copied."""
    remote = open_remote(url, make=False)
    opened = open_store(options.store_root(store))
    _print_copied(pull(opened, remote, study, show.note), str(opened.root), as_json=as_json)


def _list_kind(entries: Iterable[Entry], kind: str, *, as_json: bool) -> None:
    there = sorted(entries, key=lambda entry: (-entry.bytes, entry.key))
    kinds = {entry.kind for entry in there}
    if kind not in kinds:
        raise unknown_name("finished step of the kind", kind, kinds)
    rows: list[dict[str, Any]] = [
        {
            "step": entry.key if as_json else entry.key[:12],
            "task": entry.task,
            "size": entry.bytes if as_json else show.size(entry.bytes),
            "seconds": entry.wall_seconds,
            "degenerate": entry.degenerate if as_json else "yes" if entry.degenerate else "",
        }
        for entry in there
        if entry.kind == kind
    ]
    if as_json:
        show.print_json("rows", rows)
    else:
        show.print_table(rows, _STEP_COLUMNS)


def _print_shelves(shelves: Iterable[Shelf], words: tuple[str, str], title: str) -> None:
    what, count = words
    rows = [
        {
            what: each.what,
            count: each.number,
            "size": show.size(each.bytes),
            "degenerate": each.degenerate or None,
        }
        for each in shelves
    ]
    if rows:
        show.console.print()
        degenerate = [name for name in ("degenerate",) if any(row[name] for row in rows)]
        show.console.print(title)  # as the table's own title it would be folded to the table's width
        show.print_table(rows, (what, count, "size", *degenerate))


def _verified(store: Store, keys: Sequence[str], *, rest: bool) -> list[Damage]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("steps", total=len(keys))
        found = list(verify_steps(store, keys, lambda _: progress.advance(task)))
    return [*found, *verify_rest(store), *verify_literature(store)] if rest else found


def _print_leftovers(found: Sequence[Leftover], root: Path) -> None:
    groups: dict[tuple[str, str], list[Leftover]] = {}
    for one in found:
        groups.setdefault((one.what, one.why), []).append(one)
    rows = [
        {"what": what, "count": len(some), "size": show.size(sum(one.bytes for one in some)), "why": why}
        for (what, why), some in groups.items()
    ]
    show.console.print(f"In {root} nothing needs", markup=False)
    show.print_table(rows, ("what", "count", "size", "why"))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UserError(
            "Nothing was deleted, for nobody can be asked here. Give --yes, or --dry-run to look."
        )
    return typer.confirm("Delete all of this?", default=False, err=True)


def _print_copied(copied: Copied, where: str, *, as_json: bool) -> None:
    if as_json:
        show.print_json("rows", [copied._asdict()])
        return
    show.console.print(
        f"{copied.steps} step(s) ({show.size(copied.bytes)}) copied to {where}, {copied.there} were there; "
        f"{copied.studies} revision(s) of studies.",
        markup=False,
    )
