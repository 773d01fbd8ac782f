"""Tests of sentences: where they end, what is left out, and that their places are exact."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.extraction.layout import running
from stiltwalk.literature.extraction.sentences import sentences
from tests.literature.extraction.texts import text_of


def _quotes(*parts: str) -> list[str]:
    return [each.quote for each in sentences(text_of(*parts))]


@pytest.mark.parametrize(
    "whole",
    [
        "Phang et al. (2020) train on SQuAD, i.e. on English questions.",
        "As shown in Fig. 2 and Sec. 3.1, accuracy rises from 68.1 to 75.3 points.",
        "We compare SQuAD vs. MNLI, e.g. on XNLI (cf. Table 2).",
        "J. Smith and A. B. Jones wrote this.",
        "This was seen before (see Eq. 4. It holds for all tasks) and is not repeated here.",
        "The value is No. 3 of the list.",
        "Dr. Nobody et al. report this.",
        "Accuracy is approx. 75.3.",
    ],
)
def test_one_sentence_stays_one(whole: str) -> None:
    """Abbreviations, initials, decimals and brackets end no sentence."""
    assert _quotes(whole) == [whole]


@pytest.mark.parametrize(
    "both",
    [
        ("We train XLM-R.", "It has 24 layers."),
        ("This helps XNLI [3].", "It hurts PAN-X."),
        ("Accuracy rises.[4]", "F1 falls."),
        ("He said \u201cit helps.\u201d", "We agree."),
        ("Does it help?", "It does!"),
        ("It helps in 2020.", "2021 was worse."),
        ("This was found by Phang et al.", "We repeat it."),
        ("Accuracy is 79.2.", "mBERT is worse."),
        ("The answer is no.", "We stop here."),
        ("This was system A.", "We prefer it."),
        ("Tasks are NLI, QA etc.", "We use both."),
        ("It helps (by 2 points).", "(It hurts elsewhere.)"),
    ],
)
def test_two_sentences_are_two(both: tuple[str, str]) -> None:
    """A stop ends a sentence where the next word may open one."""
    assert _quotes(" ".join(both)) == list(both)


def test_headings_tables_and_references_are_left_out() -> None:
    """Only running text has sentences: no title, names, headings, cells or references."""
    found = _quotes(
        "A Study of Gains",
        "Ada Nobody, Bo Noone",
        "# Results",
        "MNLI improves XNLI.",
        "XNLI | 79.2 | 80.1\nMLQA | 64.5 | 66.0",
        "XNLI 79.2 80.1 81.0 82.0 83.1",
        "It hurts PAN-X.",
        "# References",
        "J. Smith. 2020. MNLI improves XNLI. Invented Journal, 4.",
    )
    assert found == ["MNLI improves XNLI.", "It hurts PAN-X."]


def test_headings_that_nobody_marked_are_seen() -> None:
    """A text without sections loses its list of references all the same."""
    found = _quotes(
        "Results\nMNLI improves XNLI.\n\nREFERENCES\nJ. Smith. 2020. MNLI improves XNLI. Journal, 4."
    )
    assert found == ["MNLI improves XNLI."]


def test_items_of_a_list_are_sentences_of_their_own() -> None:
    """An item opens a sentence behind its mark, also without a full stop before it."""
    found = _quotes("We find two things:\n- MNLI improves XNLI by 2.0 points;\n2) SQuAD hurts PAN-X.")
    assert found == ["We find two things:", "MNLI improves XNLI by 2.0 points;", "SQuAD hurts PAN-X."]


def test_a_sentence_goes_on_over_a_line_but_not_over_a_paragraph() -> None:
    """A broken line is joined; an empty one parts."""
    first = "This sentence is about intermediate training and is broken over two lines\nof one paragraph."
    assert _quotes(first, "And this one stands apart") == [first]
    assert _quotes(
        "no stop stands at the end of this line, which is longer than any heading of a paper may be", "So."
    ) == [
        "no stop stands at the end of this line, which is longer than any heading of a paper may be",
        "So.",
    ]


def test_sections_are_told() -> None:
    """A sentence knows the heading that it stands below."""
    text = text_of("# Abstract", "We train.", "# Results", "It helps.")
    assert [(s.section, s.quote) for s in sentences(text)] == [
        ("Abstract", "We train."),
        ("Results", "It helps."),
    ]


_WORDS = (
    "MNLI helps e.g. et al. Fig. 2. 79.2 ( ) [3] ? ! . \u201d. The a - # | \u00e9 A. no. REFERENCES".split()
)
_PIECES = st.lists(st.sampled_from([*_WORDS, "\n", "\n\n", " ", "\t", "\u2029", "\x0c"]), max_size=60)


@given(_PIECES)
@settings(max_examples=80, deadline=None)
def test_places_are_exact(pieces: list[str]) -> None:
    """Spans stand in order, apart, inside the text, quote what is there and lose no letter of a paragraph."""
    text = text_of(" ".join(pieces) or "x")
    found = sentences(text)
    edge = 0
    for each in found:
        assert edge <= each.start < each.end <= len(text.text)
        assert text.text[each.start : each.end] == each.quote
        assert each.quote == each.quote.strip()
        edge = each.end
    whole = "".join("".join(text.text[p.span.start : p.span.end].split()) for p in running(text))
    assert "".join("".join(each.quote.split()) for each in found) == whole


def test_long_text_without_a_stop_takes_no_time() -> None:
    """Time grows with the length of the text alone."""
    for unit in ("word ", "e.g. ", "( ", "A. ", "1. "):
        begun = time.process_time()
        sentences(text_of(unit * 8_000))
        assert time.process_time() - begun < 2.0
