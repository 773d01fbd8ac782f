"""Tests of compute.translate: the step that translates training data, exactly and by a model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.compute import translate as module
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.examples import part_examples
from stiltwalk.compute.seq2seq import Translator
from stiltwalk.compute.translated_texts import batches
from stiltwalk.compute.translation_card import licence_in, model_name
from stiltwalk.compute.translations import translated_examples
from stiltwalk.data.load import fingerprint, load
from stiltwalk.plan.references import translation_content, translator
from stiltwalk.plan.steps import TranslateStep, key_of
from stiltwalk.plan.trainings import TaskData
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.spec.examples import Choices, Classified, Question
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.translation import EXACT
from stiltwalk.store.store import open_store, read_artifact
from tests.compute.fakes import stopping_after
from tests.compute.translators import translator_folder
from tests.worlds import write_world

NLI, CAUSES, ASKED, CHOICE = "pocket-nli", "pocket-causes", "squad", "commonsenseqa"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny NLLB."""
    return translator_folder(tmp_path_factory.mktemp("translators") / "nllb", "nllb")


@pytest.fixture
def place(tmp_path: Path, model: Path) -> Place:
    """An empty store, the tiny world's files, and the model under the hash ``m``."""
    data = write_world(tmp_path / "data")
    return Place(open_store(tmp_path / "store"), data, {}, {}, TASKS, 0.0, translators={"m": model})


def step_of(task: str, into: str, place: Place, **changes: Any) -> TranslateStep:
    """A step that translates English training data by the model, or exactly where it is generated."""
    content = fingerprint(TASKS[task], "train", "en", place.data_dir)
    assert content is not None
    fields: dict[str, Any] = {"translator": translator("m"), "beams": 1, "max_tokens": 16, "batch_tokens": 64}
    fields |= {"task": task, "source": "en", "data": content, "into": into, "execution": Execution()}
    fields |= {"backend": "transformers"}
    return TranslateStep(**(fields | changes))


def exact(task: str, into: str, place: Place, **changes: Any) -> TranslateStep:
    """The same without a model."""
    nothing = {"translator": EXACT, "beams": None, "max_tokens": None, "batch_tokens": None}
    nothing |= {"backend": None}
    return step_of(task, into, place, **(nothing | changes))


def made(step: TranslateStep, place: Place, monitor: Monitor | None = None) -> tuple[Any, ...]:
    """The examples that ``step`` made."""
    key = key_of(step)
    assert carry_out(step, key, place, place.store.root / "work" / "here", monitor or Monitor())
    return translated_examples(place, key)


def facts_of(step: TranslateStep, place: Place) -> Mapping[str, Any]:
    """What it found."""
    return read_artifact(place.store, key_of(step)).facts


def speak(monkeypatch: pytest.MonkeyPatch, say: Any, most: int = 10**6) -> list[list[str]]:
    """Let steps translate by the function ``say``, at most so many sentences at once; returns its batches."""
    asked: list[list[str]] = []

    class Speaker:
        def encoded(self, sentence: str) -> list[int]:
            return list(sentence.encode())

        def cut(self, ids: list[int], most: int) -> list[int]:
            return ids

        def longest(self, tokens: int) -> int:
            return 1

        def translated(self, batch: Sequence[Sequence[int]], beams: int, longest: int) -> list[str]:
            if len(batch) > most:
                raise torch.OutOfMemoryError
            asked.append([bytes(ids).decode() for ids in batch])
            return [say(text) for text in asked[-1]]

    monkeypatch.setattr(module, "load_translator", lambda *args: Speaker())
    return asked


@pytest.mark.parametrize("task", [NLI, CAUSES, "pocket-qa"])
@pytest.mark.parametrize("into", ["de", "zh"])
def test_the_pocket_world_translates_exactly(place: Place, task: str, into: str) -> None:
    """All rows, as the generator says them in that language, under the same ids."""
    there = made(exact(task, into, place), place)
    assert there == load(TASKS[task], "train", into, None)
    assert [example.id for example in there] == [each.id for each in load(TASKS[task], "train", "en", None)]


def test_the_pocket_world_translates_back(place: Place) -> None:
    """Into German and back into English: the English examples."""
    there = exact(NLI, "de", place)
    made(there, place)
    content = translation_content(key_of(there))
    back = exact(NLI, "en", place, source="de", data=content)
    assert back.parents == (key_of(there),)
    assert made(back, place) == load(TASKS[NLI], "train", "en", None)


@pytest.mark.parametrize("subset", [0, 1])
def test_only_what_training_would_draw_is_translated(place: Place, subset: int) -> None:
    """The ids are those of the subset that English alone trains on, with that seed."""
    step = exact(NLI, "de", place, examples=30, subset=subset, seed=7)
    training = Training(examples=30, subset=subset)
    part = TaskData(task=NLI, training=training, train=step.data, dev=None, head=NLI)
    _, english = part_examples(place, part, 7)
    assert [example.id for example in made(step, place)] == [example.id for example in english]


def test_a_model_translates(place: Place) -> None:
    """Labels and ids stay, texts are the model's; the artifact says what it is, and holds no code."""
    step = step_of(NLI, "de", place, examples=12, seed=1)
    there = made(step, place)
    english = {each.id: each for each in module.source_examples(step, place)}
    for example in there:
        before = english[example.id]
        assert isinstance(before, Classified)
        assert (type(example), example.label) == (Classified, before.label)
        assert example.text_a != before.text_a
    facts = facts_of(step, place)
    assert facts["examples"] + facts["dropped_empty"] == facts["source_examples"] == 12
    assert facts["examples"] == len(there)
    assert facts["tokens"] > facts["texts"] > 0
    folder = place.store.folder(key_of(step))
    assert {path.suffix for path in folder.iterdir()} == {".json", ".jsonl", ".md"}
    card = (folder / "card.md").read_text(encoding="utf-8")
    for said in (
        "into German",
        f"content {step.data}",
        "by nllb (content m), computed by transformers",
        "Rows: ",
        "Licence of the model: not stated",
    ):
        assert said in card, said


def test_batches_change_nothing(place: Place, tmp_path: Path) -> None:
    """One sentence at a time, and many."""
    one = step_of(NLI, "de", place, examples=6, seed=1, batch_tokens=16)
    many = step_of(NLI, "de", place, examples=6, seed=1, batch_tokens=4096)
    assert made(one, place) == made(many, place)


def test_a_killed_step_goes_on_from_what_is_kept(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the folder as a kill would leave it: the same bytes, and nothing is translated twice."""
    step = step_of(NLI, "de", place, examples=12, seed=1)
    whole = place.store.folder(key_of(step))
    folder, left, checks = tmp_path / "folder", tmp_path / "left", []

    def look() -> bool:
        checks.append(0)
        if len(checks) == 4:
            shutil.copytree(folder, left)
        return False

    counts = _counted(monkeypatch)
    carry_out(step, key_of(step), place, folder, Monitor(stopping=look))
    every = sum(counts)
    kept = [json.loads(path.read_text())["texts"] for path in sorted(left.glob("translated/*.json"))]
    assert len(kept) == 3
    other = replace(place, store=open_store(tmp_path / "other"))
    counts.clear()
    carry_out(step, key_of(step), other, left, Monitor())
    assert sum(counts) == every - sum(map(len, kept))
    again = other.store.folder(key_of(step))
    for name in ("examples.jsonl", "lost.jsonl", "card.md"):
        assert (whole / name).read_bytes() == (again / name).read_bytes()
    assert not left.exists()


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sentences each batch has that a model is given from here on."""
    counts: list[int] = []
    translated = Translator.translated

    def counting(self: Translator, batch: Any, *rest: Any) -> list[str]:
        counts.append(len(batch))
        return translated(self, batch, *rest)

    monkeypatch.setattr(Translator, "translated", counting)
    return counts


def test_an_interrupted_step_keeps_what_it_has(place: Place, tmp_path: Path) -> None:
    """However long ago something was kept; and goes on from there."""
    step = step_of(NLI, "de", place, examples=12, seed=1)
    slow = replace(place, checkpoint_seconds=1e9)
    with pytest.raises(InterruptedRunError):
        carry_out(step, key_of(step), slow, tmp_path / "parts", stopping_after(2))
    assert len(list((tmp_path / "parts").glob("translated/*.json"))) == 1
    assert carry_out(step, key_of(step), slow, tmp_path / "parts", Monitor())
    other = replace(place, store=open_store(tmp_path / "other"))
    assert made(step, other) == translated_examples(place, key_of(step))


def test_what_is_kept_and_damaged_is_named(place: Place, tmp_path: Path) -> None:
    """With the cure."""
    step = step_of(NLI, "de", place, examples=12, seed=1)
    (tmp_path / "parts" / "translated").mkdir(parents=True)
    (tmp_path / "parts" / "translated" / "000000.json").write_text("{")
    with pytest.raises(UserError, match=r"000000\.json is damaged\. Delete it"):
        carry_out(step, key_of(step), place, tmp_path / "parts", Monitor())


def test_every_sentence_is_translated_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it stands in the data; batches hold no more than they may, the longest first."""
    asked = speak(monkeypatch, str.upper)
    step = step_of(ASKED, "de", place, batch_tokens=128)
    there = made(step, place)
    texts = [text for batch in asked for text in batch]
    assert len(texts) == len(set(texts)) == facts_of(step, place)["texts"]
    assert [len(text) for text in texts] == sorted(map(len, texts), reverse=True)
    assert all(len(batch) == 1 or len(batch) * len(batch[0]) <= 128 for batch in asked)
    assert len(there) == len(load(TASKS[ASKED], "train", "en", place.data_dir))


def test_memory_that_runs_out_halves_the_batches(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same examples come out; afterwards no batch is tried that is as large."""
    asked = speak(monkeypatch, str.upper, most=3)
    step = step_of(CHOICE, "de", place, batch_tokens=4096)
    there = made(step, place)
    assert max(map(len, asked)) <= 3
    for example, before in zip(there, load(TASKS[CHOICE], "train", "en", place.data_dir), strict=True):
        assert isinstance(example, Choices)
        assert isinstance(before, Choices)
        assert (example.prompt, example.label) == (before.prompt.upper(), before.label)
        assert example.choices == tuple(choice.upper() for choice in before.choices)


def test_memory_that_is_too_small_for_one_is_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be halved any more."""
    speak(monkeypatch, str.upper, most=0)
    with pytest.raises(torch.OutOfMemoryError):
        made(step_of(CHOICE, "de", place), place)


def test_answers_are_found_again_or_their_rows_dropped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an answer said otherwise than in its sentence: that row alone is lost, and counted."""
    before = [
        each for each in load(TASKS[ASKED], "train", "en", place.data_dir) if isinstance(each, Question)
    ]
    unlike = before[0].answers[0].text
    speak(monkeypatch, lambda text: "?" if text == unlike else text.upper())
    step = step_of(ASKED, "de", place)
    there = made(step, place)
    lost = [each.id for each in before if each.answers[0].text == unlike]
    assert lost
    assert [each.id for each in there] == [each.id for each in before if each.id not in lost]
    for example in there:
        assert isinstance(example, Question)
        for answer in example.answers:
            assert example.context[answer.start : answer.start + len(answer.text)] == answer.text
    facts = facts_of(step, place)
    assert (facts["dropped_answers"], facts["dropped_empty"]) == (len(lost), 0)
    written = (place.store.folder(key_of(step)) / "lost.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in written] == [
        {"id": name, "why": "answer", "text": unlike} for name in lost
    ]


def test_a_translator_that_finds_no_answer_again_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There would be nothing to train on."""
    speak(monkeypatch, lambda text: f"{len(text)}")
    with pytest.raises(UserError, match=r"left no row of 'squad' in German \(de\): no answer is found again"):
        made(step_of(ASKED, "de", place), place)


@pytest.mark.parametrize("blank", [2, 3])
def test_blank_translations(place: Place, monkeypatch: pytest.MonkeyPatch, blank: int) -> None:
    """Of 20 rows 2 may be lost; 3 are refused, with model, language, an example and the cure."""
    step = step_of(NLI, "sw", place, examples=20, seed=1)
    rows = [each for each in module.source_examples(step, place) if isinstance(each, Classified)]
    assert len({row.text_a for row in rows}) == len({row.text_b for row in rows}) == 20, "each is one row's"
    mute = {row.text_b for row in rows[:blank]}
    speak(monkeypatch, lambda text: " " if text in mute else text.upper())
    if blank == 2:
        assert [each.id for each in made(step, place)] == [row.id for row in rows[2:]]
        assert facts_of(step, place)["dropped_empty"] == 2
        return
    said = (
        rf"nllb wrote nothing for 3 of 20 rows of '{NLI}' into Swahili \(sw\); of '{rows[0].id}' nothing for"
    )
    with pytest.raises(UserError, match=said) as refused:
        made(step, place)
    assert "Name a model made for this language (translation.model)" in str(refused.value)


def test_a_translator_that_is_elsewhere(place: Place) -> None:
    """A worker must be told where it lies."""
    with pytest.raises(UserError, match="content hash 123 is not on this machine"):
        made(step_of(NLI, "de", place, translator=translator("123")), place)


def test_only_translations_are_read_as_such(place: Place) -> None:
    """A key of another step is refused, as is one that is not there."""
    with pytest.raises(UserError, match="is not in the store"):
        translated_examples(place, "0" * 64)


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([64, 128])), max_size=40), st.integers(1, 100))
def test_batches_hold_everything_once(sentences: list[tuple[int, int]], room: int) -> None:
    """Within the room or alone, of one limit each, the longest first."""
    lengths, longest = [each[0] for each in sentences], [each[1] for each in sentences]
    found = batches(lengths, longest, room)
    assert sorted(index for batch in found for index in batch) == list(range(len(sentences)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= room
        assert len({longest[index] for index in batch}) == 1
        assert lengths[batch[0]] == max(lengths[index] for index in batch)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("hub/models--facebook--nllb-200/snapshots/0a1b", "facebook/nllb-200"),
        ("models/own-nllb", "own-nllb"),
    ],
)
def test_the_model_is_called_what_people_call_it(tmp_path: Path, folder: str, name: str) -> None:
    """By its hub id where it was fetched, and else by its folder."""
    assert model_name(tmp_path / folder) == name


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: en\nlicense: cc-by-nc-4.0\n---\nlicense: no\n", "cc-by-nc-4.0"),
        ("---\nlicense: 'mit'\n---\n", "mit"),
        ("---\nlanguage: en\n---\nlicense: mit\n", None),
        ("license: mit\n", None),
        ("---\nlicense: mit\n", None),
        (None, None),
    ],
)
def test_the_licence_is_the_one_in_the_head_of_the_card(
    tmp_path: Path, card: str | None, licence: str | None
) -> None:
    """A card without a head, or none at all, states none."""
    if card is not None:
        (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert licence_in(tmp_path) == licence
