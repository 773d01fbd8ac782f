"""The examples a step was planned on, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stiltwalk.compute.context import Place
from stiltwalk.compute.streams import generator
from stiltwalk.compute.translations import translated_examples
from stiltwalk.data.labels import with_labels
from stiltwalk.data.load import fingerprint, load
from stiltwalk.data.mixes import dealt_out
from stiltwalk.data.subsets import class_of, in_rounds, subset
from stiltwalk.plan.references import translation_key
from stiltwalk.plan.trainings import TaskData, TrainStep
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Choices, Classified, Example
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.task import SplitName, Task
from stiltwalk.spec.tasks import find_task


def task_with_labels(place: Place, name: str) -> Task:
    """The task called ``name``, its label set read from the data folder where a file gives it.

    Raises:
        UserError: no such task, or no data folder was named.
        DataError: the file with the labels is missing or broken.
    """
    return with_labels(find_task(name, place.tasks), place.data_dir)


def planned_examples(
    place: Place,
    task_name: str,
    split: SplitName,
    language: str,
    expected: str,
    first: int | None = None,
) -> tuple[Task, tuple[Example, ...]]:
    """The examples a step was planned on; with ``first`` only so many of them, the first ones.

    Raises:
        DataError: a file is broken, or is no longer the one that was planned on.
    """
    task = task_with_labels(place, task_name)
    found = fingerprint(task, split, language, place.data_dir)
    if found != expected:
        raise DataError(
            place.data_dir or "the pocket world",
            None,
            f"the data of '{task_name}' ({split}, {language}) changed since the study was planned: "
            f"expected content {expected[:12]}, found {(found or 'none')[:12]}. Run it again.",
        )
    return task, load(task, split, language, place.data_dir, first)


def training_examples(place: Place, step: TrainStep) -> tuple[Task, tuple[Example, ...]]:
    """The examples ``step`` trains on; of a step of several tasks those of the first.

    Raises:
        DataError: as :func:`planned_examples`.
    """
    return part_examples(place, step.parts[0], step.seed)


def part_examples(place: Place, part: TaskData, seed: int) -> tuple[Task, tuple[Example, ...]]:
    """The examples of one task of a step, in the order of their files; English first, then other languages.

    Where the hyper-parameters cap them, a seeded subset is taken, smaller ones nested in larger ones. Of a
    mix of languages it is a subset of the English examples, each of which stands in every language; or in
    one, where the mix is to have as many examples as English alone.

    Raises:
        DataError: as :func:`planned_examples`; or an id means something else than in English.
    """
    task = task_with_labels(place, part.task)
    by_language = {code: _in_language(place, part, code) for code in part.languages}
    if part.match is not None and (part.match == "examples" or part.training.examples is not None):
        by_language = _as_english(place, part, by_language, seed)
    examples = tuple(
        example if code == SOURCE_LANGUAGE else replace(example, id=f"{code}:{example.id}")
        for code, some in by_language.items()
        for example in some
    )
    return task, examples if part.match is not None else drawn_examples(examples, part, seed)


def languages_among(part: TaskData, examples: Iterable[Example]) -> dict[str, int]:
    """Language → how many of ``examples``, as :func:`part_examples` has given them, are in it."""
    found = dict.fromkeys(part.languages, 0)
    for example in examples:
        code = example.id.partition(":")[0]
        found[code if code in part.others else SOURCE_LANGUAGE] += 1
    return found


def english_examples(place: Place, part: TaskData, seed: int) -> tuple[Example, ...]:
    """What the mix of languages ``part`` is held against: the examples that English alone would train on.

    Raises:
        DataError: as :func:`planned_examples`.
    """
    assert part.like is not None, "of a mix"
    _, examples = planned_examples(place, part.task, "train", SOURCE_LANGUAGE, part.like)
    return drawn_examples(examples, part, seed)


def drawn_examples(examples: tuple[Example, ...], part: TaskData, seed: int) -> tuple[Example, ...]:
    """Those of ``examples`` that are trained on: all, or the subset that the hyper-parameters ask for."""
    return subset_of(examples, part.task, part.training, seed)


def subset_of(examples: tuple[Example, ...], task: str, training: Training, seed: int) -> tuple[Example, ...]:
    """The subset of ``examples`` of ``task`` that ``training`` asks for, with that seed; or all of them."""
    most = training.examples
    if most is None or most >= len(examples):
        return examples
    drawn = generator(seed, "subset", task, training.subset)
    return tuple(examples[i] for i in subset(list(map(class_of, examples)), most, drawn))


def _in_language(place: Place, part: TaskData, code: str) -> tuple[Example, ...]:
    """All training examples of ``part`` in one language, from its files or from a translation."""
    content = part.train if code == SOURCE_LANGUAGE else part.others[code]
    key = translation_key(content)
    if key is not None:
        return translated_examples(place, key)
    return planned_examples(place, part.task, "train", code, content)[1]


def _as_english(
    place: Place, part: TaskData, by_language: Mapping[str, tuple[Example, ...]], seed: int
) -> dict[str, tuple[Example, ...]]:
    """Of every language the examples that English alone would have; each in one only, if they are matched."""
    assert part.like is not None, "of a mix"
    english = by_language.get(SOURCE_LANGUAGE, ())
    if part.train != part.like:
        _, english = planned_examples(place, part.task, "train", SOURCE_LANGUAGE, part.like)
    for code, some in by_language.items():
        _require_aligned(part.task, code, some, english)
    classes = {example.id: class_of(example) for example in english}
    drawn = generator(seed, "subset", part.task, part.training.subset)
    order = [english[i].id for i in in_rounds(list(classes.values()), drawn)][: part.training.examples]
    taken = {code: set(order) for code in by_language}
    if part.match == "examples":
        having = {code: {example.id for example in some} for code, some in by_language.items()}
        dealt = dealt_out(((name, classes[name]) for name in order), having)
        taken = {code: {name for name, language in dealt.items() if language == code} for code in by_language}
    return {
        code: tuple(example for example in some if example.id in taken[code])
        for code, some in by_language.items()
    }


def _require_aligned(
    task: str, code: str, examples: tuple[Example, ...], english: tuple[Example, ...]
) -> None:
    """Refuse data in which an id is not that of the English example; a label that differs shows it."""
    labels = {example.id: _label(example) for example in english}
    for example in examples:
        if example.id not in labels:
            found = "there is no English example of that id"
        elif labels[example.id] != _label(example):
            found = "its label is not that of the English example"
        else:
            continue
        raise DataError(
            f"{task}, {code}",
            None,
            f"expected translations of the English training data under the same ids, but of '{example.id}' "
            f"{found}. Leave the language out, or match and examples.",
        )


def _label(example: Example) -> int | None:
    return example.label if isinstance(example, Classified | Choices) else None
