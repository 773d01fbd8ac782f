"""Tests of caveats as footnotes: each leads to its sentence and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stiltwalk.render.contents import Contents
from stiltwalk.render.page.marks import by_target, marked, marks, reference
from stiltwalk.render.tables.table import Column, Table
from tests.render.worlds import contents


def _with(caveats: Mapping[str, tuple[str, ...]]) -> Contents:
    sentences = {name: f"sentence {name}" for own in caveats.values() for name in own}
    return replace(contents(), caveats=sentences, caveats_of=caveats)


def _table(*rows: tuple[str, ...], columns: tuple[str, ...] = ("target", "arm")) -> Table:
    return Table("some", "Some", tuple(map(Column, columns)), rows, rows)


def test_what_touches_all_targets_is_general() -> None:
    """A caveat of every target comes first and is marked once, not at each of them."""
    found = marks(_with({"xnli": ("own", "shared"), "udpos": ("shared",)}))
    assert [(mark.letter, mark.sentence, mark.general) for mark in found] == [
        ("a", "sentence shared", True),
        ("b", "sentence own", False),
    ]
    assert {target: [mark.letter for mark in own] for target, own in by_target(found).items()} == {
        "xnli": ["b"]
    }


def test_letters_go_on_after_z() -> None:
    """The twenty-seventh caveat is aa, and no two share a letter."""
    many = {f"t{place}": (f"c{place}",) for place in range(60)}
    letters = [mark.letter for mark in marks(_with(many))]
    assert letters[:2] + letters[25:28] == ["a", "b", "z", "aa", "ab"]
    assert len({*letters}) == 60


def test_targets_of_a_table_are_marked() -> None:
    """In the column of targets and in headings; an arm that is called like one is left alone."""
    own = by_target(marks(_with({"xnli": ("own",), "udpos": ()})))
    made = marked(_table(("xnli", "xnli"), ("udpos", "xnli")), own)
    assert made.letters == ("a",)
    assert made.html.count('href="#caveat-a"') == 1
    headed = marked(_table(("mnli", "1"), columns=("arm", "xnli")), own)
    assert headed.html.count('href="#caveat-a"') == 1
    of_arms = marked(_table(("German", "1"), columns=("language", "xnli")), own)
    assert of_arms.letters == ()


def test_the_first_mark_is_where_one_comes_back_to() -> None:
    """Of several marks of a letter in a table the first has the id that the sentence leads back to."""
    own = by_target(marks(_with({"xnli": ("own",), "udpos": ()})))
    made = marked(_table(("xnli", "a"), ("xnli", "b")), own).html
    assert made.count('href="#caveat-a"') == 2
    assert made.count(f'id="{reference("a", "table-some")}"') == 1


def test_escaped_names_are_found_and_stay_escaped() -> None:
    """A target with signs of HTML in its name has its mark, and its name is still no markup."""
    name = '<b>"x" & y</b>'
    own = by_target(marks(_with({name: ("own",), "udpos": ()})))
    made = marked(_table((name, "a")), own)
    assert made.letters == ("a",)
    assert "<b>" not in made.html
    assert "&lt;b&gt;" in made.html


def test_long_cells_have_room() -> None:
    """A sentence gets a wider column; a word that would not fit on paper may be broken."""
    made = marked(
        _table(("xnli", "a sentence of more than forty letters, in words"), ("w" * 30, "a-b")), {}
    ).html
    assert '<td class="long">' in made
    assert 'class="breaks name"' in made
    assert '<td class="whole">a-b<' in made
