"""Words become one text, and roles spans of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.pocket.words import Word, capitalised, in_role, mark, write

WORDS = st.lists(
    st.builds(Word, st.text("abc", min_size=1, max_size=4), st.just("NOUN"), glued=st.booleans()), max_size=8
)


def test_write() -> None:
    """A space before every word that is not glued, and none at the start."""
    written = write([Word("Who", "PRON"), Word("ran", "VERB"), mark("?")], " ")
    assert written.text == "Who ran?"
    assert written.starts == (0, 4, 7)


def test_write_without_spaces() -> None:
    """Scripts without spaces write words one after another."""
    written = write([Word("她", "PRON"), Word("跑步", "VERB"), mark("。")], "")
    assert (written.text, written.starts) == ("她跑步。", (0, 1, 3))


def test_write_nothing() -> None:
    """No words, no text."""
    assert write([], " ").text == ""


def test_a_glued_first_word_starts_the_text() -> None:
    """There is nothing to glue it to."""
    assert write([mark("¿"), Word("Quién", "PRON", glued=True)], " ").text == "¿Quién"


@given(WORDS, st.sampled_from(("", " ")))
def test_starts_point_at_the_words(words: list[Word], space: str) -> None:
    """Every word stands where its offset says, and nothing but spaces stands between them."""
    written = write(words, space)
    for word, start in zip(written.words, written.starts, strict=True):
        assert written.text[start : start + len(word.text)] == word.text
    assert written.text.replace(" ", "") == "".join(word.text for word in words)
    assert written.text == written.text.strip()


WALK = [
    Word("in", "ADP", "place"),
    Word("the", "DET", "place"),
    Word("park", "NOUN", "place"),
    mark(","),
    Word("the", "DET", "agent"),
    Word("girl", "NOUN", "agent"),
    Word("ran", "VERB"),
]


def test_span() -> None:
    """From the role's first word to its last, without the preposition."""
    written = write(WALK, " ")
    assert written.text == "in the park, the girl ran"
    spans = {role: written.span(role) for role in ("place", "agent")}
    assert spans == {"place": (3, 11), "agent": (13, 21)}


def test_span_without_postposition() -> None:
    """Adpositions that follow are left out too, however many."""
    words = [Word("बगीचे", "NOUN", "place"), Word("के", "ADP", "place"), Word("में", "ADP", "place")]
    assert write(words, " ").span("place") == (0, 5)


def test_span_keeps_an_inner_adposition() -> None:
    """One between two nouns belongs to the phrase."""
    words = [Word("cup", "NOUN", "patient"), Word("of", "ADP", "patient"), Word("tea", "NOUN", "patient")]
    assert write(words, " ").span("patient") == (0, 10)


@pytest.mark.parametrize("words", [[], WALK[4:], [Word("in", "ADP", "place")]])
def test_no_span(words: list[Word]) -> None:
    """No words of that role, or nothing but adpositions."""
    assert write(words, " ").span("place") is None


def test_span_in_two_places() -> None:
    """A role that is torn apart has no one span: a mistake of the grammar."""
    words = [Word("rides", "VERB", "place"), Word("off", "ADV"), Word("there", "ADV", "place")]
    with pytest.raises(AssertionError, match="'place' stands in two places: rides off there"):
        write(words, " ").span("place")


def test_mark_and_role() -> None:
    """Marks are glued punctuation without a role; a role is given to every word."""
    assert mark(",") == Word(",", "PUNCT", glued=True)
    given_role = in_role([Word("a", "DET"), Word("hat", "NOUN", "agent")], "patient")
    assert [word.role for word in given_role] == ["patient", "patient"]
    assert [word.upos for word in given_role] == ["DET", "NOUN"]


@pytest.mark.parametrize(
    ("texts", "upper", "expected"),
    [
        (["the", "girl"], None, ["The", "girl"]),
        (["élan"], None, ["Élan"]),
        (["ivan"], "İ", ["İvan"]),
        (["他", "跑步"], None, ["他", "跑步"]),
        (["A", "b"], None, ["A", "b"]),
    ],
)
def test_capitalised(texts: list[str], upper: str | None, expected: list[str]) -> None:
    """The first letter alone; a language may name its own capital."""
    words = capitalised([Word(text, "NOUN") for text in texts], upper)
    assert [word.text for word in words] == expected


def test_capitalised_after_a_mark() -> None:
    """A mark that opens a question is passed over, and nothing else about the words changes."""
    words = [mark("¿"), Word("quién", "PRON", "agent", glued=True), Word("corre", "VERB")]
    changed = capitalised(words)
    assert [word.text for word in changed] == ["¿", "Quién", "corre"]
    assert (changed[1].upos, changed[1].role, changed[1].glued) == ("PRON", "agent", True)
    assert words[1].text == "quién"
