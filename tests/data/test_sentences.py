"""Tests of the English sentence rules, and of what is made with sentences."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.sentences import Span, answer_in_context, sentence_spans, span_around

_XQUAD_R = Path(__file__).parents[3] / "shared" / "data" / "lareqa" / "xquad-r" / "en.json"


@pytest.mark.parametrize(
    "sentences",
    [
        ["It rained.", "We stayed in."],
        ["Did it rain?", "No!", "Then why…", "Because."],
        ['He said "no."', "She left."],
        ["It grew by 3.5 percent in 2010.[4]", "Then it fell.[citation needed]", "So they say."],
        ["Smith, Inc. – the firm – grew.", "It sold."],
        ["Mr. Brown met Dr. J. R. Smith in St. Louis.", "They talked."],
        ["The U.S. Army came in Jan. 1945, i.e. Early.", "It left."],
        ["See Brown v. Board and Jones et al. 1998.", "It holds."],
        ["She and I.", "We two."],
        ["In No. 5 on p. 7.", "No.", "Yes."],
        ["A pause . . . and then more.", "(In brackets.)", "“In quotes.”"],
        ["Prices rose by approx. 10 percent in Oct. 1945.", "1946 was worse."],
        ["iPods sold. and so did others.", "The end"],
    ],
)
def test_english_sentences(sentences: list[str]) -> None:
    """Joined by a space, they are found again: abbreviations, initials and ellipses end none."""
    text = " ".join(sentences)
    assert [text[span.start : span.end] for span in sentence_spans(text)] == sentences


def test_white_space_around_sentences_is_left_out() -> None:
    """Neither at the ends nor between sentences, and a line end is a space like any other."""
    text = "\n One ends.  \nTwo goes\non. "
    assert [text[span.start : span.end] for span in sentence_spans(text)] == ["One ends.", "Two goes\non."]
    assert sentence_spans(" \n ") == []


@given(st.text(alphabet=" \nabcDE.!?…'\"”()[]12éß北"))
def test_only_white_space_lies_outside(text: str) -> None:
    """Spans rise, none is blank or begins or ends with white space, and what they leave out is blank."""
    spans = sentence_spans(text)
    outside = list(text)
    for span in spans:
        found = text[span.start : span.end]
        assert found
        assert found == found.strip()
        outside[span.start : span.end] = [" "] * len(found)
    assert not "".join(outside).strip()
    assert spans == sorted(spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


def test_the_span_around_a_place() -> None:
    """The first that holds all of it; none if it lies between two or across them."""
    spans = [Span(0, 4), Span(5, 9), Span(0, 9)]
    assert span_around(spans, 5, 9) == Span(5, 9)
    assert span_around(spans, 3, 6) == Span(0, 9)
    assert span_around(spans[:2], 3, 6) is None
    assert span_around(spans[:2], 4, 5) is None


def test_an_answer_in_its_context() -> None:
    """The sentence and all of the paragraph with nothing between them, line ends gone without a trace."""
    assert answer_in_context("One.\nTwo.", Span(5, 9)) == "Two.One.Two."


@pytest.mark.real
def test_the_rules_against_xquad_r() -> None:
    """F1 over whole sentences, and how often the sentence of an answer is the same."""
    right = found = there = same = asked = 0
    for article in json.loads(_XQUAD_R.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            gold = [Span(*pair) for pair in paragraph["sentence_breaks"]]
            ours = sentence_spans(paragraph["context"])
            right += len(set(gold) & set(ours))
            found += len(ours)
            there += len(gold)
            starts = [question["answers"][0]["answer_start"] for question in paragraph["qas"]]
            asked += len(starts)
            same += sum(span_around(gold, at, at + 1) == span_around(ours, at, at + 1) for at in starts)
    assert (there, asked, same) == (1180, 1190, 1178)
    assert 2 * right / (found + there) == pytest.approx(0.992, abs=5e-4)
