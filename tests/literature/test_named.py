"""Tests of names within a text: spelt in many ways, of two the longer, no common words."""

from __future__ import annotations

import pytest

from stiltwalk.literature.named import aliases, named, squeezed

KNOWN = aliases(
    {
        "squad": ("SQuAD 1.1",),
        "squad2": ("SQuAD 2.0",),
        "pawsx": ("PAWS-X",),
        "anli+": ("ANLI+",),
        "sick": ("SICK",),
        "one": ("The same",),
        "two": ("The same",),
    }
)


@pytest.mark.parametrize(
    ("text", "names", "rest"),
    [
        ("training on SQuAD", ("squad",), ("training", "on")),
        ("SQuAD v1.1 and SQuAD v2.0", ("squad", "squad2"), ("and",)),
        ("SQuAD2", ("squad2",), ()),
        ("paws-x, PAWSX", ("pawsx",), ("paws", "x")),
        ("ANLI", (), ("anli",)),
        ("ANLI+", ("anli+",), ()),
        ("sick leave, not SICK", ("sick",), ("sick", "leave", "not")),
        ("SQuADs", (), ("squads",)),
        ("", (), ()),
    ],
)
def test_names_are_found_however_they_are_spelt(
    text: str, names: tuple[str, ...], rest: tuple[str, ...]
) -> None:
    """Hyphens, spaces, versions and capitals aside; a word without a capital or a digit is no name."""
    assert named(text, KNOWN) == (names, rest)


def test_a_spelling_of_two_is_of_neither() -> None:
    """What might be either is not guessed; a name of its own always counts."""
    assert squeezed("The same") not in KNOWN
    assert aliases({"a": ("b",), "b": ("x",)})["b"] == "b"
