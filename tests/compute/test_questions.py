"""Tests of compute.questions: windows over a context, and answers back out of their scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stiltwalk.compute.questions import decode, decode_or_none, encode_questions
from stiltwalk.compute.tokens import Item, subwords, subwords_with_offsets, template_of
from stiltwalk.metrics.predictions import Answered
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Answer, Question
from tests.compute.fakes import one_hot
from tests.fakes import KINDS, TEXTS, Kind, tiny_tokenizer

CONTEXT = " ".join(TEXTS)
ASK = "Who sleeps ?"


def question(context: str = CONTEXT, start: int = 0, text: str = "") -> Question:
    """A question with one gold answer, or with none if ``text`` is empty."""
    return Question("q", ASK, context, (Answer(text, start),) if text else ())


def room_of(kind: Kind) -> int:
    """The tokens of a row that the question and the special tokens take."""
    tokenizer = tiny_tokenizer(kind)
    return template_of(tokenizer).pair_specials + len(subwords(tokenizer, [ASK])[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_context_is_one_pair(kind: Kind) -> None:
    """Where everything fits, the row is the tokenizer's own pair and the target spans the answer."""
    tokenizer = tiny_tokenizer(kind)
    start = CONTEXT.index("the lazy dog")
    (item,) = encode_questions([question(start=start, text="the lazy dog")], tokenizer, 1000)
    theirs = tokenizer(ASK, CONTEXT, verbose=False)
    assert item.sequences[0].ids.tolist() == theirs["input_ids"]
    assert item.sequences[0].segments.tolist() == theirs.get("token_type_ids", [0] * len(theirs["input_ids"]))
    answer = item.sequences[0].ids[item.target[0] : item.target[1] + 1]
    assert tokenizer.decode(answer).strip() == "the lazy dog"
    assert item.window is not None
    assert item.window.may_start.all()
    assert len(item.positions) == len(item.window.offsets)


@pytest.mark.parametrize("kind", KINDS)
@given(extra=st.integers(1, 60), stride=st.integers(1, 80), words=st.integers(0, 60))
def test_every_token_is_covered_and_starts_once(kind: Kind, extra: int, stride: int, words: int) -> None:
    """Each context token lies in at least one window, and may start an answer in exactly one."""
    tokenizer = tiny_tokenizer(kind)
    context = " ".join(f"{n}" for n in range(words))
    ((ids, offsets),) = subwords_with_offsets(tokenizer, [context])
    items = encode_questions([question(context)], tokenizer, room_of(kind) + extra, stride)
    seen = np.zeros(len(ids), dtype=int)
    started = np.zeros(len(ids), dtype=int)
    begin = 0
    for item in items:
        assert item.window is not None
        count = len(item.positions)
        assert item.window.offsets.tolist() == offsets[begin : begin + count].tolist()
        assert item.sequences[0].ids[item.positions].tolist() == ids[begin : begin + count].tolist()
        seen[begin : begin + count] += 1
        started[begin : begin + count] += item.window.may_start
        begin += min(stride, extra)
    assert (seen >= 1).all()
    assert (started == 1).all()


@pytest.mark.parametrize("kind", KINDS)
@given(extra=st.integers(5, 60), stride=st.integers(1, 30))
def test_starts_follow_the_published_rule(kind: Kind, extra: int, stride: int) -> None:
    """A token starts in the first window that maximises min(left, right) + 0.01 × length."""
    tokenizer = tiny_tokenizer(kind)
    items = encode_questions([question(TEXTS[0] + TEXTS[2])], tokenizer, room_of(kind) + extra, stride)
    spans = [(i * min(stride, extra), len(item.positions)) for i, item in enumerate(items)]
    for token in range(spans[-1][0] + spans[-1][1]):
        best, best_score = -1, -1.0
        for i, (start, length) in enumerate(spans):
            if start <= token < start + length:
                score = min(token - start, start + length - 1 - token) + 0.01 * length
                if score > best_score:
                    best, best_score = i, score
        for i, ((start, length), item) in enumerate(zip(spans, items, strict=True)):
            if start <= token < start + length:
                assert item.window is not None
                assert bool(item.window.may_start[token - start]) == (i == best)


def test_a_longer_window_weighs_a_hundredth() -> None:
    """Solved by hand: windows [0, 120) and [80, 145) part between the tokens 99 and 100.

    Token 99 has 20 + 1.20 against 19 + 0.65, token 100 has 19 + 1.20 against 20 + 0.65.
    """
    example = question(" ".join(["a"] * 145))
    items = encode_questions([example], tiny_tokenizer("wordpiece"), room_of("wordpiece") + 120, 80)
    first, second = (np.flatnonzero(item.window.may_start) for item in items if item.window is not None)
    assert first.tolist() == list(range(100))
    assert (second + 80).tolist() == list(range(100, 145))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), extra=st.integers(10, 120), stride=st.integers(1, 60))
def test_the_gold_span_decodes_to_the_gold_text(
    kind: Kind, data: st.DataObject, extra: int, stride: int
) -> None:
    """With all the weight on the target, the answer is exactly the gold text."""
    tokenizer = tiny_tokenizer(kind)
    words = CONTEXT.split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, min(first + 4, len(words) - 1)))
    start = len(" ".join(words[:first])) + (first > 0)
    example = question(start=start, text=" ".join(words[first : last + 1]))
    items = encode_questions([example], tokenizer, room_of(kind) + extra, stride)
    # an answer can end beyond the one window where it may start: the rule then loses it, as published
    allowed = [
        item
        for item in items
        if item.target[1] > 0
        and item.window is not None
        and item.window.may_start[item.target[0] - item.positions[0]]
    ]
    assume(allowed)
    assume(allowed[0].target[1] - allowed[0].target[0] < 30)
    assert decode([example], items, *one_hot(items)) == [example.answers[0].text]


@pytest.mark.parametrize("kind", KINDS)
def test_only_whole_answers_are_targets(kind: Kind) -> None:
    """A window that holds the answer points at it; any other points at the row's first token."""
    tokenizer = tiny_tokenizer(kind)
    answer = "Fluss"
    example = question(start=CONTEXT.index(answer), text=answer)
    items = encode_questions([example], tokenizer, room_of(kind) + 20, 7)
    assert len(items) > 3
    holds = 0
    for item in items:
        assert item.window is not None
        start, end = item.window.offsets[0, 0], item.window.offsets[-1, 1]
        whole = start <= example.answers[0].start and example.answers[0].start + len(answer) <= end
        holds += whole
        assert (item.target.tolist() != [0, 0]) == whole
    assert 0 < holds < len(items)


@pytest.mark.parametrize("kind", KINDS)
def test_answers_that_hit_no_token_are_nowhere(kind: Kind) -> None:
    """No answer, an empty one or one outside the context targets the first token."""
    tokenizer = tiny_tokenizer(kind)
    outside = [(), (Answer("", 4),), (Answer("fox", -1),), (Answer("fox", 900),)]
    examples = [replace(question(TEXTS[0]), answers=answers) for answers in outside]
    items = encode_questions(examples, tokenizer, 100)
    assert [item.target.tolist() for item in items] == [[0, 0]] * 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_gold_answer_is_the_target(kind: Kind) -> None:
    """Of several gold answers the first one is trained on, wherever it stands."""
    example = replace(question(TEXTS[0]), answers=(Answer("dog", 40), Answer("quick", 4)))
    items = encode_questions([example], tiny_tokenizer(kind), 100)
    assert decode([example], items, *one_hot(items)) == ["dog"]


@pytest.mark.parametrize("kind", KINDS)
def test_offsets_are_of_the_unstripped_context(kind: Kind) -> None:
    """Leading and repeated white space in the context moves no answer."""
    context = "  \n The  old\tdog  sleeps ."
    example = question(context, context.index("old"), "old\tdog")
    items = encode_questions([example], tiny_tokenizer(kind), 100)
    assert decode([example], items, *one_hot(items)) == ["old\tdog"]


@pytest.mark.parametrize("kind", KINDS)
def test_long_questions_keep_their_start(kind: Kind) -> None:
    """A question is cut to its first sub-words, and the row then holds that many of it."""
    tokenizer = tiny_tokenizer(kind)
    template = template_of(tokenizer)
    example = replace(question(TEXTS[1]), question=TEXTS[0])
    (item,) = encode_questions([example], tokenizer, 200, max_question_tokens=5)
    asked, context = subwords(tokenizer, [TEXTS[0], TEXTS[1]])
    assert item.sequences[0].ids.tolist() == template.pair(asked[:5], context).ids.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_empty_texts_are_handled(kind: Kind) -> None:
    """An empty context has one window and the answer ""; an empty question is no obstacle."""
    tokenizer = tiny_tokenizer(kind)
    empty = question("")
    silent = replace(question(TEXTS[0], 4, "quick"), question="")
    items = encode_questions([empty, silent], tokenizer, 100)
    assert [item.example for item in items] == [0, 1]
    assert items[0].positions.shape == (0,)
    assert decode([empty, silent], items, *one_hot(items)) == ["", "quick"]
    assert encode_questions([], tokenizer) == []


def letters(count: int, max_tokens: int = 100, stride: int = 50) -> tuple[Question, list[Item]]:
    """A context of ``count`` single-token words, and its windows."""
    example = question(" ".join("abcdefghijklmnop"[:count]))
    return example, encode_questions([example], tiny_tokenizer("wordpiece"), max_tokens, stride)


def scores(items: list[Item], *rows: dict[int, float]) -> list[NDArray[np.float32]]:
    """For each item, scores that are 0 but at the given context tokens of that window."""
    result = []
    for item, row in zip(items, rows, strict=True):
        values = np.zeros(len(item.positions), dtype=np.float32)
        for token, value in row.items():
            values[token] = value
        result.append(values)
    return result


def test_an_answer_never_ends_before_it_starts() -> None:
    """Of scores that ask for a backward span, the best forward one is taken."""
    example, items = letters(8)
    answer = decode([example], items, scores(items, {5: 3.0, 1: 2.0}), scores(items, {2: 3.0, 6: 1.5}))
    assert answer == ["b c"]


def test_answers_are_at_most_so_long() -> None:
    """A span of exactly the limit is allowed, one token more is not."""
    example, items = letters(8)
    start, end = scores(items, {1: 5.0}), scores(items, {4: 5.0})
    assert decode([example], items, start, end, max_answer_tokens=4) == ["b c d e"]
    assert decode([example], items, start, end, max_answer_tokens=3) == ["b"]


def test_ties_go_to_the_earliest_and_shortest() -> None:
    """With all scores equal the first token alone is the answer."""
    example, items = letters(8)
    assert decode([example], items, scores(items, {}), scores(items, {})) == ["a"]


def test_no_allowed_span_is_no_answer() -> None:
    """If the n best starts and ends pair to nothing allowed, the answer is empty."""
    example, items = letters(8)
    start, end = scores(items, {5: 1.0}), scores(items, {2: 1.0})
    assert decode([example], items, start, end, n_best=1) == [""]
    nothing = [np.full(len(item.positions), np.nan) for item in items]
    assert decode([example], items, nothing, nothing) == [""]


def test_scores_of_whole_rows_are_refused() -> None:
    """Scores are read at an item's positions; those of a whole row are a mistake of the caller."""
    example, items = letters(8)
    rows = [np.zeros(len(item.sequences[0].ids)) for item in items]
    with pytest.raises(AssertionError, match="one score a position"):
        decode([example], items, rows, rows)


def test_an_answer_starts_only_where_its_token_has_most_context() -> None:
    """A span is refused in a window where its first token has less context than in another."""
    example, items = letters(10, room_of("wordpiece") + 6, 4)
    assert [item.window.may_start.tolist() for item in items if item.window is not None] == [
        [True, True, True, True, True, False],
        [False, True, True, True, True, True],
    ]
    # the token "e" is at 4 in the first window and at 0 in the second
    start, end = scores(items, {3: 1.0}, {0: 9.0}), scores(items, {3: 1.0}, {0: 9.0})
    assert decode([example], items, start, end, n_best=1) == ["d"]


def test_the_best_window_wins_and_the_first_on_a_tie() -> None:
    """Sums are compared over windows, and each question keeps its own best."""
    example, items = letters(10, room_of("wordpiece") + 6, 4)
    for second, answer in [(0.5, "b"), (1.0, "b"), (2.0, "i")]:
        row = scores(items, {1: 1.0}, {4: second})
        assert decode(
            [example, example], [*items, replace(items[0], example=1)], [*row, row[0]], [*row, row[0]]
        ) == [
            answer,
            "b",
        ]


def test_no_answer_is_weighed_against_the_best_by_hand() -> None:
    """The lowest score of no answer over the windows, 1 + 0.5, minus the best span's, 2 + 2."""
    example, items = letters(10, room_of("wordpiece") + 6, 4)
    row = scores(items, {1: 1.0}, {4: 2.0})
    none = [np.array([3.0, 4.0], dtype=np.float32), np.array([1.0, 0.5], dtype=np.float32)]
    assert decode_or_none([example], items, row, row, none) == [Answered("i", -2.5)]
    assert decode_or_none([example], items, row, row, none[::-1]) == [Answered("i", -2.5)]
    # each question is weighed by its own windows
    two = [*items, replace(items[0], example=1)]
    assert decode_or_none([example] * 2, two, [*row, row[0]], [*row, row[0]], [*none, none[0]]) == [
        Answered("i", -2.5),
        Answered("b", 5.0),
    ]


def test_nothing_to_weigh_is_even() -> None:
    """Without an allowed span, or without a number for no answer, neither beats the other."""
    example, items = letters(8)
    start, end = scores(items, {5: 1.0}), scores(items, {2: 1.0})
    none = [np.array([3.0, 3.0], dtype=np.float32)]
    assert decode_or_none([example], items, start, end, none, n_best=1) == [Answered("", 0.0)]
    broken = [np.array([np.nan, 3.0], dtype=np.float32)]
    assert decode_or_none([example], items, start, start, broken) == [Answered("f", 0.0)]


@settings(deadline=None)
@given(data=st.data())
def test_the_answer_is_the_one_of_plain_decoding(data: st.DataObject) -> None:
    """What no answer scores moves its margin and never the answer."""
    example, items = letters(10, room_of("wordpiece") + 6, 4)
    numbers = st.floats(-9, 9, width=32)
    start, end = (
        [np.array(data.draw(st.lists(numbers, min_size=6, max_size=6)), dtype=np.float32) for _ in items]
        for _ in range(2)
    )
    none = [np.array(data.draw(st.tuples(numbers, numbers)), dtype=np.float32) for _ in items]
    (found,) = decode_or_none([example], items, start, end, none)
    assert [found.text] == decode([example], items, start, end)
    (raised,) = decode_or_none([example], items, start, end, [each + 1 for each in none])
    assert raised.text == found.text
    assert raised.no_answer == pytest.approx(found.no_answer + 2, abs=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"max_tokens": 6},
            r"max_tokens is 6.*3 special tokens.*longest question has 3.*Set max_tokens to 7",
        ),
        ({"stride": 0}, r"stride is 0; expected 1 or more"),
        ({"max_question_tokens": 0}, r"max_question_tokens is 0; expected 1 or more"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, int], message: str) -> None:
    """The error shows the setting's value and the least that works."""
    tokenizer = tiny_tokenizer("wordpiece")
    assert len(subwords(tokenizer, [ASK])[0]) == 3
    with pytest.raises(UserError, match=message):
        encode_questions([question()], tokenizer, **settings)


@pytest.mark.parametrize(
    ("n_best", "max_answer_tokens", "message"),
    [(0, 30, "n_best is 0"), (20, 0, "max_answer_tokens is 0")],
)
def test_decoding_settings_that_cannot_work_are_refused(
    n_best: int, max_answer_tokens: int, message: str
) -> None:
    """The error shows the setting's value."""
    with pytest.raises(UserError, match=message):
        decode([], [], [], [], n_best, max_answer_tokens)
