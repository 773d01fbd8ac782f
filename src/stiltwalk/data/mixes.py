"""Mixes of languages: in which language each example stands, where a mix is as large as one language.

The examples are gone through in the order of their draw (see ``subsets``). Each is given to the language that
has the fewest so far; among equals to the one that has the fewest of its class, and else to the first. So of
any first n of them the languages have equally many, up to one, and of each class nearly so; and what is dealt
out of a subset is dealt out of a larger one in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Set


def dealt_out(drawn: Iterable[tuple[str, Hashable]], having: Mapping[str, Set[str]]) -> dict[str, str]:
    """Id → its language.

    Args:
        drawn: ids and their classes, in the order of their draw.
        having: language → the ids it has. An id that a language lacks, because its translation was dropped,
            is given to one that has it; what none has is left out.
    """
    found: dict[str, str] = {}
    given: Counter[str] = Counter()
    of_class: Counter[tuple[str, Hashable]] = Counter()
    for name, kind in drawn:
        able = [language for language, ids in having.items() if name in ids]
        if not able:
            continue
        least = min(able, key=lambda language: (given[language], of_class[language, kind]))
        found[name] = least
        given[least] += 1
        of_class[least, kind] += 1
    return found
