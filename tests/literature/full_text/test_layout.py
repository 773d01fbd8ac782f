"""Tests of layout: the text and the sections that cover it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.layout import laid_out


def test_paragraphs_are_lines_parted_by_empty_ones() -> None:
    """Headings begin sections, and what stands before the first has one without a heading."""
    out = laid_out([Block("Title"), Block("Abstract", heading=True), Block("We\nshow."), Block("Here.")])
    assert out.text == "Title\n\nAbstract\n\nWe show.\n\nHere."
    assert [(each.heading, out.text[each.start : each.end]) for each in out.sections] == [
        ("", "Title\n\n"),
        ("Abstract", "Abstract\n\nWe show.\n\nHere."),
    ]


def test_nothing_has_no_section() -> None:
    """A text without a visible character is empty, and so are its sections."""
    assert laid_out([Block(" \n "), Block("\u200b", heading=True)]) == ("", ())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Block, st.text(max_size=12), st.booleans()), max_size=8))
def test_sections_cover_the_text(blocks: list[Block]) -> None:
    """Whatever the blocks, sections follow each other from the first character to the last."""
    out = laid_out(blocks)
    assert [each.start for each in out.sections] == ([0] + [each.end for each in out.sections])[
        : len(out.sections)
    ]
    assert "".join(out.text[each.start : each.end] for each in out.sections) == out.text
    assert all(out.text[each.start :].startswith(each.heading) for each in out.sections)
    assert all(each.start < each.end for each in out.sections)
