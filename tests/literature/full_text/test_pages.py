"""Tests of pages: what is printed on each of them, and notes, do not part the text."""

from __future__ import annotations

from stiltwalk.literature.full_text.drawn import Piece, lines_of
from stiltwalk.literature.full_text.lines import Line
from stiltwalk.literature.full_text.pages import running
from stiltwalk.literature.full_text.parts import Page


def page(number: int, lines: list[str], *, size: float = 10) -> Page:
    """A page of lines one below the other."""
    return Page(
        number, tuple(Line(text, size, False, 50, 700 - 12 * at, number) for at, text in enumerate(lines))
    )


def texts(lines: list[Line]) -> list[str]:
    """Of lines their text."""
    return [line.text for line in lines]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    """What stands at the edge of three pages, but for its numbers, is no text; page numbers never are."""
    bodies = [["one", "two", "three"], ["four", "five", "six"], ["seven", "eight", "nine"]]
    pages = [
        page(at, [f"Proceedings of Nothing, page {at}", *body, str(at)])
        for at, body in enumerate(bodies, start=1)
    ]
    assert texts(running(pages)) == [word for body in bodies for word in body]


def test_what_stands_at_the_edge_of_one_page_is_text() -> None:
    """The first line of a page stays if no other page begins with it."""
    assert texts(running([page(1, ["a", "b", "c", "d", "e"]), page(2, ["f", "g", "h", "i", "j"])])) == list(
        "abcdefghij"
    )


def test_notes_at_the_foot_of_a_column_stand_at_the_end() -> None:
    """Smaller lines with a sign before them do not part the sentence that goes on in the next column."""
    lines = [
        Line("The sentence begins in one column and", 10, False, 50, 120),
        Line("1Code is at an address.", 8, False, 50, 100),
        Line("and it goes on.", 8, False, 50, 91),
        Line("goes on in the other.", 10, False, 300, 700),
    ]
    assert texts(running([Page(1, tuple(lines))])) == [
        "The sentence begins in one column and",
        "goes on in the other.",
        "",
        "",
        "1Code is at an address.",
        "and it goes on.",
    ]


def test_numbers_of_a_drafts_lines_are_left_out() -> None:
    """A page with as many bare numbers as lines counts them for a reviewer."""
    lines = [text for at in range(40) for text in (str(at), f"line of text {chr(97 + at % 26)}")]
    assert not any(text.isdigit() for text in texts(running([page(1, lines)])))


def drawn(*pieces: tuple[str, float, float]) -> str:
    """The line that pieces make: text, size, y."""
    return next(lines_of([Piece(text, size, "/F", 50, y) for text, size, y in pieces], 1)).text


def test_a_raised_number_is_no_part_of_the_number_before_it() -> None:
    """``82.3`` with the sign of a note is not 82.31, and ten to the minus five is not 10-5."""
    assert drawn(("of 82.3", 10, 700), ("1", 7, 704), (" points", 10, 700)) == "of 82.3^1 points"
    assert drawn(("about 10", 10, 700), ("\u2212", 7, 704), ("5", 7, 704)) == "about 10^\u22125"


def test_the_sign_of_a_note_behind_a_word_is_left_out() -> None:
    """It is no part of the word; a lowered number is."""
    assert drawn(("training", 10, 700), ("1", 7, 704), (" helps", 10, 700)) == "training helps"
    assert drawn(("the F", 10, 700), ("1", 7, 697), (" score", 10, 700)) == "the F1 score"


def test_size_and_weight_are_those_of_most_letters() -> None:
    """A bold word does not make a bold line; places are those of the running letters."""
    pieces = [
        Piece("Ablations.", 10, "/Times-Bold", 50, 700),
        Piece(" We find a lot of things.", 10, "/Times", 90, 700),
    ]
    assert list(lines_of(pieces, 3)) == [Line("Ablations. We find a lot of things.", 10, False, 50, 700, 3)]
    assert next(lines_of(pieces[:1], 3)).bold
