"""Tests of screening: who is left out, and why."""

from __future__ import annotations

import pytest

from stiltwalk.literature.records.papers import Paper, Text, Work
from stiltwalk.literature.records.synthesis import Question
from stiltwalk.literature.screening import excluded_by_text, screened, terms_needed
from stiltwalk.literature.words import terms

QUESTION = Question(text="Does English intermediate-task training improve zero-shot cross-lingual transfer?")
TERMS = terms(QUESTION.text)
ABOUT = "We train on an English task first and measure zero-shot transfer to other languages."


def work(number: int = 1, title: str = "A Title", abstract: str = "", **fields: object) -> Work:
    """A work with these fields."""
    said = {"source": "openalex", "id": f"W{number}", "title": title, "abstract": abstract}
    paper = Paper.model_validate(said | fields)
    return Work(key=f"title:{number}", paper=paper, records=(paper,))


def about(fields: dict[str, object]) -> Work:
    """A work about the question, with these fields."""
    return work(abstract=ABOUT, **fields)  # type: ignore[arg-type]  # title and abstract are not among them


def text(content: str, *, language: str = "en", whole: bool = True) -> Text:
    """A text of the work."""
    of = "full text" if whole else "abstract"
    return Text.model_validate(
        {"work": "title:1", "of": of, "origin": "x", "sha256": "", "text": content, "language": language}
    )


def test_a_work_about_the_question_is_kept() -> None:
    """A third of the terms, in title and abstract together, is enough."""
    kept, excluded = screened(
        [work(abstract=ABOUT), work(2, title="Zero-Shot Training", abstract="x")], QUESTION, TERMS
    )
    assert ([each.key for each in kept], excluded) == (["title:1", "title:2"], ())


def test_a_work_about_something_else_is_left_out_with_the_count() -> None:
    """The note says how many terms it shares, which, and how many would be needed."""
    found = screened([work(abstract="Intermediate plates improve heat transfer.")], QUESTION, TERMS)
    (out,) = found.excluded
    assert (out.key, out.stage, out.reason) == ("title:1", "screening", "not about the question")
    assert out.note == (
        "Its title and abstract share 2 of 9 terms with the question: intermedi, transfer; 3 are needed."
    )


def test_a_work_without_an_abstract_goes_on_to_its_text() -> None:
    """A title alone excludes nothing; the first words of the text do."""
    bare = work()
    assert screened([bare], QUESTION, TERMS).kept == (bare,)
    assert excluded_by_text(bare, text(ABOUT), QUESTION, TERMS) is None
    late = "Coffee grows on slopes. " * 200 + ABOUT
    out = excluded_by_text(bare, text(late), QUESTION, TERMS)
    assert out is not None
    assert (out.stage, out.reason) == ("text", "not about the question")
    assert out.note == "Its title and first 500 words share 0 of 9 terms with the question; 3 are needed."


@pytest.mark.parametrize(
    ("fields", "reason", "note"),
    [
        ({"year": 2018}, "outside the years", "It is of 2018, before 2019."),
        ({"year": 2025}, "outside the years", "It is of 2025, after 2024."),
        ({"language": "deu"}, "not in a language that is read", "Its language is 'deu'; read are: en."),
        ({"retracted": True, "year": 2018}, "retracted", "It was withdrawn, says openalex."),
    ],
)
def test_what_sources_say_excludes(fields: dict[str, object], reason: str, note: str) -> None:
    """Years, languages and retractions by the source's word, before anything is read."""
    asked = QUESTION.replace({"since": 2019, "until": 2024})
    (out,) = screened([about(fields)], asked, TERMS).excluded
    assert (out.reason, out.note, out.stage) == (reason, note, "screening")


@pytest.mark.parametrize(
    "fields", [{}, {"year": 2019}, {"year": 2024}, {"language": "eng"}, {"language": "en-US"}]
)
def test_what_sources_do_not_say_excludes_nothing(fields: dict[str, object]) -> None:
    """An unknown year or language passes, and so do the limits themselves and other codes of the language."""
    asked = QUESTION.replace({"since": 2019, "until": 2024})
    assert screened([about(fields)], asked, TERMS).excluded == ()


def test_a_text_in_another_language_is_left_out() -> None:
    """The language of the text counts; where it could not be told it excludes nothing."""
    out = excluded_by_text(work(), text(ABOUT, language="de"), QUESTION, TERMS)
    assert out is not None
    assert (out.reason, out.note) == ("not in a language that is read", "The text is in 'de'; read are: en.")
    assert excluded_by_text(work(), text(ABOUT, language=""), QUESTION, TERMS) is None
    both = QUESTION.replace({"languages": ("en", "de")})
    assert excluded_by_text(work(), text(ABOUT, language="de"), both, TERMS) is None


@pytest.mark.parametrize(
    ("count", "needed"), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (7, 3), (9, 3), (12, 4)]
)
def test_how_many_terms_are_needed(count: int, needed: int) -> None:
    """A third, rounded up; two of four and more."""
    assert terms_needed(["x"] * count) == needed


@pytest.mark.parametrize(
    ("question", "about", "not_about"),
    [
        (
            "Do shade trees increase the yield of coffee?",
            "We measured coffee yield under three densities of shade. Light shade was best.",
            "We measured the punctuality of night buses. Late arrivals fell.",
        ),
        (
            "Does vitamin D supplementation prevent acute respiratory infections in children?",
            "A randomised trial of vitamin D in 300 children. Respiratory infections were rarer.",
            "Vitamin C is an antioxidant that occurs in citrus fruit, whose price fell.",
        ),
        (
            "Does adding lime to soil reduce its acidity?",
            "Liming raised soil pH on acid plots; lime was added at two rates.",
            "The lime tree is a common street tree whose flowers feed bees.",
        ),
    ],
)
def test_questions_of_other_fields(question: str, about: str, not_about: str) -> None:
    """The rule knows no field: what is about the question is kept, a word in common is not enough."""
    asked = Question(text=question)
    found = screened([work(1, abstract=about), work(2, abstract=not_about)], asked, terms(question))
    assert [each.key for each in found.kept] == ["title:1"]
