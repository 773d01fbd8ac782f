"""Tests of data.carrying: examples in another language, by a dictionary of sentences made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.carrying import Lost, carried_over, cut_sentences, sentences_of
from stiltwalk.spec.examples import Answer, Choices, Classified, Question

GERMAN = {
    "Mr. Fox came home.": "Herr Fuchs kam heim.",
    "He slept by the river.": "Er schlief am Fluss.",
    "Who slept?": "Wer schlief?",
    "Where did he sleep?": "Wo schlief er?",
    "by the river": "Am Fluss.",
    "home": "nach Hause",
    "Mr. Fox": "Herr Fuchs",
    "Fox": "Fuchs",
    "home. He slept": "heim. Er schlief",
    "home.": "heim.",
    "He slept": "Er schlief",
}
"""Made for these tests; *home* alone reads otherwise than in its sentence, so that it is not found again."""

CONTEXT = "Mr. Fox came home. He slept by the river."


def asked(text: str, *, question: str = "Where did he sleep?") -> Question:
    """A question whose answer is ``text``."""
    return Question("q", question, CONTEXT, (Answer(text, CONTEXT.index(text)),))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (CONTEXT, ["Mr. Fox came home.", "He slept by the river."]),
        ("狗睡了。猫呢\uff1f“猫走了。”好", ["狗睡了。", "猫呢\uff1f", "“猫走了。”", "好"]),
        ("कुत्ता सोया। बिल्ली गई।", ["कुत्ता सोया।", "बिल्ली गई।"]),
        ("نام الكلب. أين القطة؟ ذهبت.", ["نام الكلب.", "أين القطة؟", "ذهبت."]),
        ("one\n\ntwo", ["one\n\ntwo"]),
        ("  ", []),
    ],
)
def test_texts_are_cut_into_sentences(text: str, sentences: list[str]) -> None:
    """By the rules of English, and at the full stops of other scripts; sentences made by hand."""
    assert [text[start:end] for start, end in cut_sentences(text)] == sentences


@given(st.text(alphabet=st.sampled_from("aB .!?。\uff1f।؟”\n"), max_size=40))
def test_no_letter_is_lost(text: str) -> None:
    """Sentences lie in order, none is blank, and only white space lies outside of them."""
    spans = cut_sentences(text)
    inside = "".join(text[start:end] for start, end in spans)
    assert "".join(inside.split()) == "".join(text.split())
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert [at for span in spans for at in span] == sorted(at for span in spans for at in span)


def test_both_texts_of_a_pair_and_the_label() -> None:
    """Id and label stay, and a single text stays single."""
    pair = Classified("7", CONTEXT, "Who slept?", 2)
    there = carried_over(pair, GERMAN, "de")
    assert there == Classified("7", "Herr Fuchs kam heim. Er schlief am Fluss.", "Wer schlief?", 2)
    assert carried_over(Classified("8", "Who slept?", None, None), GERMAN, "de") == Classified(
        "8", "Wer schlief?", None, None
    )


def test_a_prompt_and_each_choice() -> None:
    """In their order."""
    example = Choices("c", "Who slept?", ("Mr. Fox", "Fox"), 0)
    assert carried_over(example, GERMAN, "de") == Choices("c", "Wer schlief?", ("Herr Fuchs", "Fuchs"), 0)


def test_an_empty_text_stays_empty() -> None:
    """What was empty before is no loss of the translator's."""
    assert carried_over(Choices("c", "", ("Fox", " "), 0), GERMAN, "de") == Choices("c", "", ("Fuchs", ""), 0)


def test_an_answer_is_found_in_its_sentence() -> None:
    """*Am Fluss.* stands as *am Fluss* in the second sentence."""
    there = carried_over(asked("by the river"), GERMAN, "de")
    assert isinstance(there, Question)
    (answer,) = there.answers
    assert (there.id, there.question, answer.text) == ("q", "Wo schlief er?", "am Fluss")
    assert there.context[answer.start : answer.start + len(answer.text)] == answer.text


def test_an_answer_over_two_sentences() -> None:
    """It is looked for in both, and itself cut where they are."""
    there = carried_over(asked("home. He slept"), GERMAN, "de")
    assert isinstance(there, Question)
    assert [answer.text for answer in there.answers] == ["heim. Er schlief"]


def test_an_answer_that_is_not_found_drops_the_row() -> None:
    """*nach Hause* is not in *kam heim*; with another answer beside it the row stays, with that one."""
    assert carried_over(asked("home"), GERMAN, "de") == Lost("q", "answer", "home")
    both = Question("q", "Who slept?", CONTEXT, (*asked("home").answers, *asked("Fox").answers))
    there = carried_over(both, GERMAN, "de")
    assert isinstance(there, Question)
    assert [answer.text for answer in there.answers] == ["Fuchs"]


def test_an_unanswerable_question_stays_one() -> None:
    """Without answers there is nothing to find."""
    there = carried_over(Question("q", "Who slept?", CONTEXT, ()), GERMAN, "de")
    assert there == Question("q", "Wer schlief?", "Herr Fuchs kam heim. Er schlief am Fluss.", ())


@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_blank_translation_drops_the_row(blank: str) -> None:
    """Of whichever sentence; it is named."""
    there = carried_over(Classified("7", CONTEXT, None, 1), {**GERMAN, "He slept by the river.": blank}, "de")
    assert there == Lost("7", "empty", "He slept by the river.")


@pytest.mark.parametrize(
    ("into", "text"), [("zh", "A。B。"), ("ja", "A。B。"), ("th", "A。 B。"), ("de", "A。 B。")]
)
def test_sentences_are_joined_as_the_language_is_written(into: str, text: str) -> None:
    """Chinese and Japanese have nothing between two sentences."""
    sentences = {"Mr. Fox came home.": "A。", "He slept by the river.": "B。"}
    assert carried_over(Classified("7", CONTEXT, None, 1), sentences, into) == Classified("7", text, None, 1)


def test_line_ends_between_sentences_stay() -> None:
    """A paragraph's end is one in the translation."""
    sentences = {"A dog.": "Ein Hund.", "A cat.": "Eine Katze."}
    there = carried_over(Classified("7", "A dog.\n\nA cat.", None, 1), sentences, "zh")
    assert there == Classified("7", "Ein Hund.\nEine Katze.", None, 1)


@pytest.mark.parametrize(
    "example",
    [asked("by the river"), asked("home. He slept"), Classified("7", CONTEXT, "Who slept?", 2)],
)
def test_every_sentence_that_is_needed_is_named(example: Question | Classified) -> None:
    """The dictionary of just these carries the example over."""
    needed = {sentence: GERMAN[sentence] for sentence in sentences_of(example)}
    assert carried_over(example, needed, "de") == carried_over(example, GERMAN, "de")
