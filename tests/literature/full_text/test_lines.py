"""Tests of lines: joined to paragraphs and headings again."""

from __future__ import annotations

import pytest

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.headings import is_heading
from stiltwalk.literature.full_text.hyphens import joined, vocabulary_of
from stiltwalk.literature.full_text.lines import Line, blocks_of


def shown(lines: list[str]) -> list[Block]:
    """Blocks of lines of which nothing but the text is known."""
    return list(blocks_of([Line(line) for line in lines]))


def placed(lines: list[tuple[str, float, float]]) -> list[Block]:
    """Blocks of lines with their places: text, x, y."""
    return list(blocks_of([Line(text, 10, False, x, y) for text, x, y in lines]))


def test_lines_of_a_paragraph_are_one() -> None:
    """A line goes on where the next word would not have had room; a blank line ends it."""
    lines = [
        "Training on another English task first improves zero-shot transfer by",
        "8.2 points on all targets that we tried.",
        "",
        "The next one begins here and is a long line of its own, as it were to",
        "XLM-R.",
    ]
    assert [block.text for block in shown(lines)] == [
        f"{lines[0]} {lines[1]}",
        f"{lines[3]} {lines[4]}",
    ]


def test_a_paragraph_ends_where_its_last_line_is_short() -> None:
    """Without blank lines, a sentence that ends early in its line ends the paragraph."""
    lines = [
        "All of this line is filled with words up to its end, so",
        "it ends here.",
        "Another begins with this.",
    ]
    assert [block.text for block in shown(lines)] == [f"{lines[0]} {lines[1]}", lines[2]]


def test_title_authors_and_venue_are_not_one() -> None:
    """At the head of a text, lines end where title, authors and venue do."""
    lines = [
        "A Title of Some Words on Transfer That Is Long",
        "Ada Larkwell",
        "Journal of Nothing, 2021",
        "",
        "x" * 60,
    ]
    assert [block.text for block in shown(lines)][:3] == lines[:3]


def test_names_below_a_title_are_no_part_of_it() -> None:
    """A list of people begins a line of its own, however full the line before it is."""
    lines = [
        "A Title of So Many Words That Its Line Is as Long as Any Other",
        "Ada Larkwell, Bruno B. Teasel",
    ]
    assert [block.text for block in shown([*lines, "", "x " * 32])][:2] == lines


def test_places_tell_paragraphs_apart() -> None:
    """Where places are known, an indent or a gap begins a paragraph, a line at the same edge does not."""
    lines = [
        ("The first line of a paragraph begins further to the right than others, and so", 60.0, 700.0),
        ("does the second, which goes on with XLM-R and ends a sentence right at its end.", 50.0, 688.0),
        ("Then the next sentence goes on in a line of the same length that is as long as", 50.0, 676.0),
        ("Long lines are, and this one is no shorter than them, which makes it go on and.", 50.0, 664.0),
        ("An indent begins another, although the line before it is as full as lines are.", 60.0, 652.0),
        ("And so does a gap, without any indent, below the line before it. It is far down", 50.0, 620.0),
    ]
    assert [block.text.split(" ", 2)[0] for block in placed(lines)] == ["The", "An", "And"]


def test_rows_of_numbers_are_no_running_text() -> None:
    """A row of a table stays apart from the sentence before it and from the next row."""
    lines = [
        "We show results below, in a table that follows this line of text, which",
        "XLM-R 71.6 79.2",
        "mT5 75.2 81.1",
        "Then the text goes on with a line that is as long as the others of them.",
    ]
    assert [block.text for block in shown(lines)] == lines


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["inter-", "mediate tasks"], "intermediate tasks"),
        (["a zero-", "shot model"], "a zero-shot model"),
        (["of XLM-", "R Large"], "of XLM-R Large"),
        (["pre-", "training, as pre-training is"], "pre-training, as pre-training is"),
        (["cross-", "lingual or crosslingual"], "crosslingual or crosslingual"),
        (["from 3-", "4 seeds"], "from 3- 4 seeds"),
    ],
)
def test_a_word_broken_at_a_line_end_is_whole(lines: list[str], expected: str) -> None:
    """Its hyphen stays where the rest of the text has it, or where a compound is likelier than a word."""
    assert joined(lines, vocabulary_of(lines)) == expected


@pytest.mark.parametrize(
    "line",
    ["Results", "RESULTS", "4 Results", "4. Results and Discussion", "Related work:", "IV. Conclusion"],
)
def test_headings_that_papers_share(line: str) -> None:
    """They are known in any case, with a number or without."""
    assert is_heading(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("3.2 Effect of the Intermediate Task", True),
        ("A.1 Hyper-parameters", True),
        ("3 seeds were used", False),
        ("2 Models are compared in this section, as they were before.", False),
        ("L. Cheng and G. Darnell", False),
        ("12.5", False),
    ],
)
def test_numbered_lines_that_stand_out(line: str, expected: bool) -> None:
    """A phrase with a number is a heading if it stands out; a sentence, a name and a bare number are none."""
    assert is_heading(line, stands_out=True) is expected
    assert not is_heading(line)


def test_a_heading_inside_a_paragraph_is_a_word() -> None:
    """A line that happens to be one word of a sentence begins no section."""
    lines = [
        ("The line before this one does not end its sentence and goes on, to see the", 50.0, 700.0),
        ("results", 50.0, 688.0),
    ]
    assert not any(block.heading for block in placed(lines))


def test_an_abstract_that_begins_on_its_heading_line() -> None:
    """``Abstract: We show`` and ``Abstract—We show`` are a heading and a paragraph."""
    assert shown(["Abstract\u2014We show that it helps."]) == [
        Block("Abstract", True),
        Block("We show that it helps."),
    ]
    assert shown(["Abstractions help."]) == [Block("Abstractions help.")]


def test_long_and_odd_lines_take_no_time() -> None:
    """A text made to exhaust whoever joins its lines is joined; each of these took minutes when squared."""
    for text in (
        "a" * 200_000,
        "a-" * 100_000,
        "\n".join(["word-"] * 20_000),
        ".'" * 100_000,
        "1." * 100_000,
    ):
        assert "".join(block.text for block in shown(text.split("\n")))
