"""Tests of the part of a page that shows what others found: ordered, bounded, escaped, cited."""

from __future__ import annotations

from dataclasses import replace

from stiltwalk.literature.agreement import Agreement, Ours, Outcome
from stiltwalk.render.contents import Beside, Contents, Literature, Reference
from stiltwalk.render.page.beside import MOST_ROWS, beside
from stiltwalk.render.page.page import page
from stiltwalk.render.tables.every import tables
from tests.render.hostile import NAMES
from tests.render.reading import ReadPage
from tests.render.synthesis.syntheses import HOSTILE, USUAL, Shape, synthesis
from tests.render.worlds import World, contents

PAPER = Reference("Lovelace 1843", "Ada Lovelace. Notes.", "https://example.org/notes")


def row(outcome: Outcome, shape: Shape = USUAL) -> Beside:
    """A row of one claim, with a number where the study has one."""
    checked = synthesis(shape).checked[0]
    ours = Ours(3.0, 1.0, 5.0, 3) if outcome in {"agrees", "differs"} else None
    said = Agreement(outcome, "Why not?")
    return Beside(checked, PAPER.key, NAMES[0], "e", "mnli", "panx", "", ours, said, ("C1",))


def study(*rows: Beside, others: int = 0) -> Contents:
    """A study with these beside it."""
    found = contents(World(arms=2, targets=2, languages=4, measured=False))
    references = (*found.references, PAPER)
    return replace(found, literature=Literature(("stilts",), rows, others), references=references)


def test_a_study_without_a_synthesis_has_no_such_part() -> None:
    """Neither the part nor its table is there."""
    found = contents(World(arms=2, targets=2, languages=4, measured=False))
    assert beside(found) is None
    assert 'id="literature"' not in page(found, tables(found), ())
    assert "literature" not in [table.name for table in tables(found)]


def test_what_the_study_says_something_of_stands_first() -> None:
    """On the page and in the table alike; the sentence counts in that order too."""
    found = study(row("not comparable"), row("differs"), row("not measured"), row("agrees"))
    shown = beside(found)
    assert shown is not None
    order = ["agrees", "differs", "not measured", "not comparable"]
    lists = (shown.held, shown.silent)
    assert [[each.agreement.outcome for each in own.rows] for own in lists] == [order[:2], order[2:]]
    assert [own.every for own in lists] == [2, 2]
    assert shown.counts == "4 comparisons: 1 agrees, 1 differs, 1 not measured, 1 not comparable."
    (table,) = (each for each in tables(found) if each.name == "literature")
    place = [column.name for column in table.columns].index("this study")
    assert [cells[place] for cells in table.rows] == order


def test_the_page_is_bounded_and_the_table_is_not() -> None:
    """It says how many more are in the files."""
    found = study(*[row("agrees")] * (MOST_ROWS + 7))
    listed = tables(found)
    made = page(found, listed, ())
    part = made[made.index('<section id="literature"') : made.index('<section id="audit"')]
    assert part.count("<details>") == MOST_ROWS
    assert "7 more are in the files." in part
    assert [len(each.rows) for each in listed if each.name == "literature"] == [MOST_ROWS + 7]


def test_quotes_are_folded_escaped_and_cited() -> None:
    """Hostile text makes no element; the link leads to the paper's own place among the references."""
    found = study(row("agrees", HOSTILE))
    made = page(found, tables(found), ())
    read = ReadPage(made)
    assert read.tags.count("script") == 2
    assert read.wrong == []
    assert {link[1:] for link in read.links if link.startswith("#")} <= {*read.ids}
    place = len(found.references)
    assert f'<a href="#reference-{place}"><bdi>Lovelace 1843</bdi></a>' in made
    assert "+3.00" in made
    assert "See C1 among the claims." in made


def test_what_the_study_says_nothing_of_is_folded_away() -> None:
    """Its list is there, closed, and without the other one nothing else stands above it."""
    found = study(row("not comparable"), row("not measured"))
    made = page(found, tables(found), ())
    part = made[made.index('<section id="literature"') : made.index('<section id="audit"')]
    assert '<details class="tabled group"><summary><b>2 claims</b>' in part
    assert part.count("<table") == 1
    assert part.index("<details") < part.index("<table")


def test_no_claim_about_the_study_says_so() -> None:
    """The part then counts what is about something else, or that there is nothing."""
    for others, said in ((1, "1 claim of it is about something else"), (0, "There is no claim in it.")):
        found = study(others=others)
        assert said in page(found, tables(found), ())
