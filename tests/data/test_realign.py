"""Tests of data.realign: answers found again, by hand-made cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.realign import found_again
from stiltwalk.data.sentences import Span

# made by hand for these tests: answer, its translation, translated sentence, share of the way, what is found
CASES = [
    ("river", "Fluss", "Das Haus steht am Fluss.", 0.9, "Fluss"),
    ("by the river", "am fluss", "Das Haus steht am Fluss.", 0.9, "am Fluss"),
    ("by the river", "Am Fluss.", "Das Haus steht am Fluss, wo es still ist.", 0.5, "am Fluss"),
    ("by the river", "„Am Fluss“", "Das Haus steht am Fluss.", 0.5, "am Fluss"),
    ("road", "STRASSE", "In der Straße steht ein Haus.", 0.2, "Straße"),
    ("road", "straße", "In der STRASSE steht ein Haus.", 0.2, "STRASSE"),
    ("the river", "河边", "那只狗睡在河边的房子旁。", 0.5, "河边"),
    ("C.", "C.", "Die Sprache C. ist alt.", 0.5, "C."),
    ("by the river", "Am Fluss.", "Das Haus steht am Fluss.", 0.9, "am Fluss"),
    ("by the river.", "Am Fluss.", "Das Haus steht am Fluss.", 0.9, "am Fluss."),
    ("27%", "27%.", "Es sind 27% davon.", 0.5, "27%"),
    ('"the crew"', '"die Mannschaft".', 'Dort war "die Mannschaft" zu Hause.', 0.4, '"die Mannschaft"'),
    ('"the crew"', "„die Mannschaft“.", 'Dort war "die Mannschaft" zu Hause.', 0.4, "die Mannschaft"),
    ("(the crew", "(Die Mannschaft.", "Dort war sie (die Mannschaft).", 0.9, "(die Mannschaft"),
    ("the crew,", "die Mannschaft,.", "Dort war die Mannschaft, und sie blieb.", 0.4, "die Mannschaft,"),
]


@pytest.mark.parametrize(("original", "answer", "text", "share", "found"), CASES)
def test_an_answer_is_found(original: str, answer: str, text: str, share: float, found: str) -> None:
    """As it is, in another case, and without the punctuation around it; what is found is the text's own."""
    span = found_again(original, answer, text, Span(0, len(text)), share)
    assert span is not None
    assert text[span.start : span.end] == found


@pytest.mark.parametrize("answer", ["Ufer", "", " ", "?!", "Fluss Haus"])
def test_what_is_not_there_is_not_found(answer: str) -> None:
    """Nothing is made up, least of all from punctuation."""
    text = "Das Haus steht am Fluss."
    assert found_again("x", answer, text, Span(0, len(text)), 0.5) is None


def test_only_the_sentence_is_looked_through() -> None:
    """The same word in another sentence is no answer."""
    text = "Anna kam. Anna ging."
    assert found_again("Anna", "Anna", text, Span(10, 20), 0.0) == Span(10, 14)
    assert found_again("came", "kam", text, Span(10, 20), 0.0) is None


@pytest.mark.parametrize(("share", "start"), [(0.0, 0), (0.3, 0), (0.6, 9), (1.0, 9)])
def test_the_nearest_of_several_is_taken(share: float, start: int) -> None:
    """Two places, at 0 and 9 of 11 characters: the one that lies nearer to where the answer lay."""
    found = found_again("yes", "ja", "ja, aber ja", Span(0, 11), share)
    assert found == Span(start, start + 2)


@given(st.text(max_size=12), st.text(max_size=12), st.text(min_size=1, max_size=6))
def test_what_is_found_is_the_answer(before: str, after: str, answer: str) -> None:
    """An answer that stands there is found, and what is found folds to it."""
    text = before + answer + after
    span = found_again(answer, answer, text, Span(0, len(text)), 0.5)
    if answer.strip():
        assert span is not None
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == answer.strip()
    else:
        assert span is None
