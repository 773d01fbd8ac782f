"""Which file of an archive or folder is which of a task's files: paths are compared from their end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from stiltwalk.data.archives import Member
from stiltwalk.spec.errors import UserError

_GLOB = frozenset("*?[")


class Asked(NamedTuple):
    """One pattern of a task, and what it is for.

    Attributes:
        pattern: path below the data folder, with ``*``.
        what: task, split and place in its set of patterns: the same in every language.
        language: whose file it is.
        published: which of the forms that the same data is published in.
    """

    pattern: str
    what: tuple[str, ...]
    language: str = ""
    published: int = 0


class Matcher:
    """Finds the members that a task's patterns ask for.

    A pattern takes the members whose path agrees with it in the most parts, counted from the file's name and
    whatever the case of letters. They must agree in as many as tell the pattern from the task's others:
    ``x/de/test`` and ``x/fr/test`` cannot be told apart by their last part. They must agree in every part
    with a ``*`` too, because the file keeps its own names there. And they must agree in as many as the other
    languages' files of the same source do: beside ``x/de/test``, ``y/fr/test`` is some other data set's.

    Args:
        members: what there is.
        asked: all of the task's patterns.
    """

    def __init__(self, members: Iterable[Member], asked: Iterable[Asked]) -> None:
        self._by_name: defaultdict[str, list[tuple[tuple[str, ...], Member]]] = defaultdict(list)
        for member in members:
            folded = tuple(part.casefold() for part in member.parts)
            self._by_name[folded[-1]].append((folded, member))
        asked = list(asked)
        self._needed = _needed(asked)
        # a pattern that serves several splits has the form of one of them: its folders are the same in all
        self._form = {each.pattern: (each.what, each.published) for each in asked}
        self._deepest: defaultdict[tuple[object, Path], int] = defaultdict(int)
        for pattern, form in self._form.items():
            for depth, member in self._agreeing(pattern):
                self._deepest[form, member.source] = max(depth, self._deepest[form, member.source])

    def found(self, pattern: str) -> dict[str, Member]:
        """Where below the data folder → the member that belongs there; empty if no member does.

        Raises:
            UserError: two members belong to one place.
        """
        form = self._form[pattern]
        met = [
            (depth, member)
            for depth, member in self._agreeing(pattern)
            if depth == self._deepest[form, member.source]
        ]
        best = max((depth for depth, _ in met), default=0)
        return _placed(_parts(pattern), best, [member for depth, member in met if depth == best])

    def _agreeing(self, pattern: str) -> list[tuple[int, Member]]:
        """The members that agree with the pattern in enough parts, and in how many they do."""
        asked = tuple(part.casefold() for part in _parts(pattern))
        if _GLOB & set(asked[-1]):
            nearby = [
                each for name, some in self._by_name.items() if fnmatchcase(name, asked[-1]) for each in some
            ]
        else:
            nearby = self._by_name.get(asked[-1], [])
        counted = ((_agreement(parts, asked), member) for parts, member in nearby)
        return [(depth, member) for depth, member in counted if depth >= self._needed[pattern]]


def _parts(pattern: str) -> tuple[str, ...]:
    return PurePosixPath(pattern).parts


def _needed(asked: Iterable[Asked]) -> dict[str, int]:
    """Pattern → how many of its last parts a member must agree with."""
    uses: defaultdict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
    for each in asked:
        uses[each.pattern].add((each.what, each.language))
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for pattern in uses:
        parts = _parts(pattern)
        for depth in range(1, len(parts) + 1):
            alike[parts[-depth:]].append(pattern)
    needed = {}
    for pattern, own in uses.items():
        parts = _parts(pattern)
        depths = range(1, len(parts) + 1)
        # two forms of the same data need not be told apart: the first that is found is taken
        told = (n for n in depths if all(own & uses[other] for other in alike[parts[-n:]]))
        first_glob = next((at for at, part in enumerate(parts) if _GLOB & set(part)), len(parts))
        needed[pattern] = max(next(told, len(parts)), len(parts) - first_glob)
    return needed


def _agreement(parts: tuple[str, ...], asked: tuple[str, ...]) -> int:
    """How many parts agree, counted from the end."""
    pairs = zip(reversed(parts), reversed(asked), strict=False)
    return sum(1 for _ in takewhile(lambda pair: fnmatchcase(*pair), pairs))


def _placed(asked: tuple[str, ...], depth: int, met: list[Member]) -> dict[str, Member]:
    """Each member at its place: named as the pattern says, and as the member itself where that has a glob."""
    placed: dict[str, Member] = {}
    for member in met:
        own = (*asked[:-depth], *member.parts[-depth:])
        place = "/".join(mine if _GLOB & set(part) else part for part, mine in zip(asked, own, strict=True))
        other = placed.get(place)
        if other is not None and other.parts != member.parts:
            message = f"Two files could be {place}: {other} and {member}. Give only the one that it is."
            raise UserError(message)
        # one file lies there plain and gzipped, or was given twice: the plain one is read
        if other is None or len(member.name) < len(other.name):
            placed[place] = member
    return placed
