"""Whether everything that is kept of the literature is still what was put there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from stiltwalk.literature.entries import DamagedError, entries_in, read_entry, read_sealed
from stiltwalk.literature.keeping import FILES, JUDGEMENTS, RESPONSES, TEXTS, files_of_syntheses, home
from stiltwalk.store.store import Store
from stiltwalk.store.verification import Damage


class _Kind(NamedTuple):
    """What lies in a folder that all syntheses share."""

    what: str
    cure: str


_SHARED: Final[Mapping[str, _Kind]] = {
    RESPONSES: _Kind("response", "delete it; whoever is searched the next time is asked again"),
    FILES: _Kind("file", "delete it; the paper is opened again the next time"),
    TEXTS: _Kind("text", "delete it; the paper is read again the next time"),
    JUDGEMENTS: _Kind("judgements", "delete it; the judge is asked again the next time"),
}
_SYNTHESIS: Final = _Kind("synthesis", "delete it and ask the question again; what it rests on is kept")


def verify_literature(store: Store) -> Iterator[Damage]:
    """Look at every file of syntheses and of what they share.

    Reports are left out, which are made anew from a synthesis; so are data that git looks after.
    """
    yield from _damaged(files_of_syntheses(store), read_sealed, _SYNTHESIS)
    for name, kind in _SHARED.items():
        folder = home(store) / name
        folders = sorted(folder.glob("[!.]*/")) if name == JUDGEMENTS else [folder]  # one of each judge
        for each in folders:
            yield from _damaged(entries_in(each), read_entry, kind)


def _damaged(paths: Iterable[Path], read: Callable[[Path], dict[str, Any]], kind: _Kind) -> Iterator[Damage]:
    for path in paths:
        try:
            read(path)
        except DamagedError as error:
            name = path.parent.name if kind is _SYNTHESIS else path.stem
            yield Damage(kind.what, name, path, str(error), kind.cure)
