"""Importing: original files out of archives and folders, to where a task looks for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stiltwalk.data.archives import Member, is_archive, members, unpack
from stiltwalk.data.files import content_sha256, plain_name, stored
from stiltwalk.data.lock import LockedFile, add_to_lock
from stiltwalk.data.matching import Asked, Matcher
from stiltwalk.data.placing import put, workshop
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.task import SplitName, Task


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        files: path below the data folder → where it was taken from.
        served: task, split and language of the examples that are in these files; a task's parts are tasks.
    """

    files: dict[str, str]
    served: frozenset[tuple[str, SplitName, str]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Files of which any one set will do, and what they are for."""

    task: str
    split: SplitName
    language: str
    sets: tuple[tuple[str, ...], ...]


def import_files(
    task: Task, sources: Sequence[Path], root: Path, tell: Callable[[str], None] = lambda _: None
) -> Imported:
    """Copy every file that the task asks for from the sources to its place below the data folder.

    All of them are unpacked before the first is moved there, so a broken archive changes nothing. A file
    that already lies at its place is left there. The lock takes down the content of each.

    Args:
        task: the task's record.
        sources: archives (zip, tar), folders and single files.
        root: the data folder, which is made if need be.
        tell: is told what is being read.

    Raises:
        UserError: the task is made without files, no source has one of its files, or two files could be
            the same one; the data folder cannot be written to.
        DataError: a source is missing or broken.
    """
    if task.generator is not None:
        raise UserError(f"Task '{task.name}' is made, not read: there is nothing to import.")
    there: list[Member] = []
    for source in sources:
        tell(f"reading {source}")
        there += members(source)
    wanted = list(_wanted(task))
    patterns = {pattern for each in wanted for some in each.sets for pattern in some}
    in_languages = list(_in_every_language(task))
    beside = patterns - {each.pattern for each in in_languages}
    matcher = Matcher(there, [*in_languages, *(Asked(pattern, (pattern,)) for pattern in beside)])
    chosen: dict[str, Member] = {}
    served: set[tuple[str, SplitName, str]] = set()
    for each in wanted:
        found = _best(matcher, each.sets)
        chosen |= found
        if found:
            served.add((each.task, each.split, each.language))
    if not chosen:
        raise UserError(_nothing(task, sources, there, patterns))
    _place(task, chosen, root, tell)
    return Imported({place: str(chosen[place]) for place in sorted(chosen)}, frozenset(served))


def _wanted(task: Task) -> Iterator[_Wanted]:
    for part in task.parts:
        yield from _wanted(part)
    if task.parts:
        return
    for name, rule in task.splits.items():
        others = (*rule.candidates, *filter(None, (rule.without_ids_of, task.labels_file)))
        for language in rule.every_language:
            if sets := tuple(some for some in task.pattern_sets(name, language) if some):
                yield _Wanted(task.name, name, language, sets)
            for other in others:
                yield _Wanted(task.name, name, language, ((other,),))


def _in_every_language(task: Task) -> Iterator[Asked]:
    """What the splits' files are called in all of the task's languages.

    An English training file must be told from other languages' even where the task asks for English alone.
    """
    for part in task.parts:
        yield from _in_every_language(part)
    codes = [code for rule in task.splits.values() for code in rule.every_language]
    for split in task.splits:
        for code in () if task.parts else dict.fromkeys(codes):
            for number, some in enumerate(task.pattern_sets(split, code)):
                for place, pattern in enumerate(some):
                    yield Asked(pattern, (task.name, split, str(place)), code, number)


def _best(matcher: Matcher, sets: tuple[tuple[str, ...], ...]) -> dict[str, Member]:
    """The files of the first set that is there whole, else of the first that is there in part."""
    found = [[matcher.found(pattern) for pattern in patterns] for patterns in sets]
    best = next((some for some in found if all(some)), None) or next(
        (some for some in found if any(some)), []
    )
    return {place: member for some in best for place, member in some.items()}


def _place(task: Task, chosen: dict[str, Member], root: Path, tell: Callable[[str], None]) -> None:
    moved = {place: member for place, member in chosen.items() if not _lies_there(root / place, member)}
    with workshop(root) as aside:
        drafts = {member: aside / f"{n}{_packing(member)}" for n, member in enumerate(set(moved.values()))}
        for source in {member.source for member in drafts}:
            wanted = {member.name: draft for member, draft in drafts.items() if member.source == source}
            tell(f"taking {len(wanted)} file(s) from {source.name}")
            unpack(source, wanted)
        digests = {member: content_sha256(draft) for member, draft in drafts.items()}
        for place, member in moved.items():
            copy = aside / f"copy{_packing(member)}"  # one member may belong to several places
            shutil.copyfile(drafts[member], copy)
            put(copy, root / f"{place}{_packing(member)}")
    today = datetime.now(UTC).date().isoformat()
    files = {
        place: LockedFile(
            task=task.name,
            sha256=digests[member] if place in moved else content_sha256(_file(member)),
            came_from="import",
            source=str(member),
            added=today,
        )
        for place, member in chosen.items()
    }
    add_to_lock(root, files)


def _packing(member: Member) -> str:
    return Path(member.name).name.removeprefix(plain_name(Path(member.name)))


def _file(member: Member) -> Path:
    """Where the member lies, if it is no archive's."""
    return member.source / member.name if member.source.is_dir() else member.source


def _lies_there(place: Path, member: Member) -> bool:
    there = stored(place)
    return there is not None and _file(member).is_file() and there.samefile(_file(member))


def _nothing(task: Task, sources: Sequence[Path], there: list[Member], patterns: set[str]) -> str:
    given = ", ".join(source.name for source in sources)
    shown = ", ".join(member.name for member in there[:5]) + (", …" if len(there) > 5 else "")
    looked_for = ", ".join(sorted(patterns)[:5]) + (
        f" and {len(patterns) - 5} more" if len(patterns) > 5 else ""
    )
    packed = [member.name for member in there if member.source.is_dir() and is_archive(Path(member.name))]
    hint = f" Archives inside are not opened: give {packed[0]} itself." if packed else ""
    return (
        f"Nothing in {given} is a file of '{task.name}'. Looked for {looked_for}; found "
        f"{shown or 'no file'}.{hint} Paths are compared from their end."
    )
