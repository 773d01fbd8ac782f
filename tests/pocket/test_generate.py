"""The examples as tasks get them: the same everywhere, without a leak, and digested with their sources."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from stiltwalk.pocket.generate import GENERATORS, generate, world_digest
from stiltwalk.pocket.voice import LANGUAGES
from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.examples import (
    Aligned,
    Choices,
    Classified,
    Example,
    Line,
    Minable,
    Question,
    Tagged,
    main_texts,
)
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.tasks.pocket import POCKET
from tests.pocket.drawn import CONTROL, PARTS, SIZES, examples

KINDS = {
    "aligned": Aligned,
    "causes": Choices,
    "entailment": Classified,
    "mining": Minable,
    "ner": Tagged,
    "nli": Classified,
    "nli-hypothesis": Classified,
    "paraphrase": Classified,
    "pos": Tagged,
    "questions": Question,
    "text": Line,
}
TRANSLATED = sorted(set(GENERATORS) - {"text"})
ALONE = [(name, language) for name in GENERATORS if name != CONTROL for language in LANGUAGES]
"""Every generator in every language, but for the control, which shows the hypotheses of ``nli`` alone."""
DIGESTS = """
import hashlib
from stiltwalk.pocket.generate import GENERATORS, generate, world_digest
from stiltwalk.pocket.voice import LANGUAGES
print("world", world_digest())
for generator in GENERATORS:
    for language in LANGUAGES:
        made = repr(generate(generator, "dev", language, 25, 5)).encode()
        print(generator, language, hashlib.sha256(made).hexdigest())
"""


def _said(example: Example) -> tuple[object, ...]:
    """All an example says, but for its id and label."""
    return tuple(getattr(example, name) for name in example.__slots__ if name not in {"id", "label"})


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("part", PARTS)
def test_kind_number_and_ids(generator: str, part: SplitName) -> None:
    """So many examples of the task's class, numbered in their order."""
    for language in LANGUAGES:
        made = examples(generator, part, language)
        assert {type(example) for example in made} == {KINDS[generator]}
        assert [example.id for example in made] == [f"{part}-{n}" for n in range(SIZES[part])]


@pytest.mark.parametrize(("generator", "language"), ALONE)
def test_no_two_examples_of_a_split_are_equal(generator: str, language: str) -> None:
    """Whatever their labels; of sentences to retrieve all texts differ, of those to mine all of a side."""
    for part in PARTS:
        said = [_retrieved(example) or _said(example) for example in examples(generator, part, language)]
        assert len(set(said)) == len(said)


def _retrieved(example: Example) -> tuple[str, ...]:
    """What a sentence to be found is known by, within its side."""
    match example:
        case Aligned(text=text):
            return (text,)
        case Minable(text=text, side=side):
            return (side, text)
        case _:
            return ()


@pytest.mark.parametrize(("generator", "language"), [pair for pair in ALONE if pair[0] != "text"])
def test_splits_share_no_text(generator: str, language: str) -> None:
    """Neither a premise, passage, prompt or tagged sentence of one split is in another."""
    texts = {
        part: {main_texts(example)[0] for example in examples(generator, part, language)} for part in PARTS
    }
    for one, other in combinations(PARTS, 2):
        assert not texts[one] & texts[other], (one, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_control_may_repeat_texts(language: str) -> None:
    """Its texts are the hypotheses of ``nli``: two premises may share one, also one trained and one tested.

    What is never repeated is a pair, nor any premise to test with.
    """
    for part in PARTS:
        pairs = [main_texts(example) for example in examples("nli", part, language)]
        assert [main_texts(e) for e in examples(CONTROL, part, language)] == [(pair[1],) for pair in pairs]
        assert len(set(pairs)) == len(pairs)
    trained = {main_texts(example)[0] for example in examples(CONTROL, "train", language)}
    for name in sorted(set(TRANSLATED) - {CONTROL}):
        assert not trained & {main_texts(example)[0] for example in examples(name, "test", language)}, name


def test_the_control_does_repeat_texts() -> None:
    """At the size of a study, in one split and in two."""
    trained = [main_texts(example)[0] for example in generate(CONTROL, "train", "en", 1200, 0)]
    assert len(set(trained)) < len(trained)
    assert set(trained) & {main_texts(example)[0] for example in examples(CONTROL, "test", "en")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_task_leaks_into_another(language: str) -> None:
    """What one task tests with, another task's training data and raw text do not hold as a whole text."""
    tasks = [name for name in GENERATORS if name != CONTROL]
    trained = {main_texts(example)[0] for name in tasks for example in examples(name, "train", language)}
    for name in set(tasks) & set(TRANSLATED):
        tested = {main_texts(example)[0] for example in examples(name, "test", language)}
        assert tested
        assert not tested & trained, name


@pytest.mark.parametrize("generator", TRANSLATED)
def test_translations_share_ids_and_labels(generator: str) -> None:
    """Every language has the same examples: as many, under the same ids, with the same labels."""
    for part in PARTS:
        expected = [_shared(example) for example in examples(generator, part, "en")]
        for language in LANGUAGES[1:]:
            assert [_shared(example) for example in examples(generator, part, language)] == expected


def _shared(example: Example) -> tuple[object, ...]:
    """What no translation changes."""
    match example:
        case Classified(label=label) | Choices(label=label):
            return example.id, label
        case Minable(side=side, twin=twin):
            return example.id, side, twin
        case _:
            return (example.id,)


@pytest.mark.parametrize("generator", GENERATORS)
def test_languages_differ(generator: str) -> None:
    """A translation is in other words; the English side of what is mined is the same everywhere."""
    for one, other in combinations(LANGUAGES, 2):
        texts = [
            {main_texts(e)[0] for e in examples(generator, "dev", name) if not _english(e)}
            for name in (one, other)
        ]
        assert len(texts[0] & texts[1]) <= 0.05 * len(texts[0]), (one, other)


def _english(example: Example) -> bool:
    return isinstance(example, Minable) and example.side == "english"


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_smaller_is_the_beginning_of_larger(generator: str, language: str) -> None:
    """Ten of them are the first ten."""
    for part in PARTS:
        assert generate(generator, part, language, 10, 0) == examples(generator, part, language)[:10]


@pytest.mark.parametrize("generator", GENERATORS)
def test_seeds_and_parts_differ(generator: str) -> None:
    """Another seed or part gives other examples."""
    first = [_said(example) for example in examples(generator, "train", "en")[:10]]
    assert [_said(e) for e in generate(generator, "train", "en", 10, 1)] != first
    assert [_said(e) for e in generate(generator, "dev", "en", 10, 0)] != first


def test_the_same_everywhere() -> None:
    """Another process, whose hashes of text are salted otherwise, makes the same bytes."""
    expected = [f"world {world_digest()}"]
    for generator in GENERATORS:
        for language in LANGUAGES:
            made = repr(generate(generator, "dev", language, 25, 5)).encode()
            expected.append(f"{generator} {language} {hashlib.sha256(made).hexdigest()}")
    environment = os.environ | {"PYTHONHASHSEED": "4242"}
    command = [sys.executable, "-c", DIGESTS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == expected


def test_unknown_generator() -> None:
    """The nearest is suggested."""
    with pytest.raises(
        UnknownNameError, match=r"There is no generator 'question'\. Did you mean 'questions'\?"
    ):
        generate("question", "train", "en", 1, 0)


def test_unknown_language() -> None:
    """A language that the pocket world does not speak."""
    with pytest.raises(UnknownNameError, match=r"There is no pocket language 'enn'\. Did you mean 'en'\?"):
        generate("nli", "train", "enn", 1, 0)


def test_generators_are_those_of_the_tasks() -> None:
    """Every task names one, every generator has a task, and languages are spoken."""
    assert {task.generator for task in POCKET} == set(GENERATORS)
    for task in POCKET:
        for split in task.splits.values():
            assert set(split.languages) <= set(LANGUAGES), task.name
            assert split.made, task.name


@pytest.mark.parametrize("task", POCKET, ids=[task.name for task in POCKET])
def test_labels_are_those_of_the_tasks(task: Task) -> None:
    """Every label or tag that is made is one the task's record names; every label is made."""
    assert task.generator
    made = examples(task.generator, "train", "en")
    if task.type == "sequence-classification":
        labels = {example.label for example in made if isinstance(example, Classified)}
        assert labels == set(range(len(task.labels)))
    elif task.type == "token-classification":
        for language in LANGUAGES:
            tagged = examples(task.generator, "train", language)
            assert {tag for e in tagged if isinstance(e, Tagged) for tag in e.tags} <= set(task.labels)
    else:
        assert not task.labels


def test_the_digest_is_a_digest() -> None:
    """SHA-256 in hexadecimal, the same each time it is taken."""
    assert re.fullmatch("[0-9a-f]{64}", world_digest())
    assert world_digest.__wrapped__() == world_digest()


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the pocket package that the digest looks at instead."""
    source = Path(str(files("stiltwalk.pocket")))
    copy = tmp_path / "pocket"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("stiltwalk.pocket.generate.files", lambda package: copy)
    return copy


def test_the_digest_of_a_copy_is_the_same(copied: Path) -> None:
    """It does not depend on where the package lies."""
    assert world_digest.__wrapped__() == world_digest()


@pytest.mark.parametrize(
    "name",
    ["world/verbs.tsv", "lexicon/sw.tsv", "grammars/tr.py", "generators/edits.py", "dice.py", "generate.py"],
)
def test_the_digest_follows_what_examples_depend_on(copied: Path, name: str) -> None:
    """One more character in a table, a lexicon or a program makes another digest."""
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert world_digest.__wrapped__() != world_digest()


def test_the_digest_follows_names(copied: Path) -> None:
    """A new, lost or renamed file makes another digest."""
    (copied / "world" / "times.tsv").rename(copied / "world" / "hours.tsv")
    renamed = world_digest.__wrapped__()
    (copied / "world" / "hours.tsv").unlink()
    assert len({world_digest(), renamed, world_digest.__wrapped__()}) == 3


def test_the_digest_ignores_what_is_no_source(copied: Path) -> None:
    """Byte code, notes and encoders change no example."""
    for folder, name in (("__pycache__", "dice.py"), ("encoders", "card.py"), ("world", "notes.txt")):
        (copied / folder).mkdir(exist_ok=True)
        (copied / folder / name).write_text("nothing", encoding="utf-8")
    assert world_digest.__wrapped__() == world_digest()
