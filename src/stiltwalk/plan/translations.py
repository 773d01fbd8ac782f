"""Translations as steps: training data in a language that it does not exist in."""

from __future__ import annotations

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.facts import Directions
from stiltwalk.plan.references import translation_content
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import StudyError, nearest
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.languages import SOURCE_LANGUAGE, language
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.task import Task, TaskType
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.translation import EXACT, Translation

TRANSLATED_TYPES: tuple[TaskType, ...] = (
    "sequence-classification",
    "multiple-choice",
    "question-answering",
)
"""Task types whose examples can be translated."""

_WHY_NOT = {
    "token-classification": "its tags belong to words, and a translation has other words",
    "sentence-retrieval": "its sentences are paired with one another, and a translation pairs anew",
    "masked-lm": "raw text is to be a language's own",
}


def add_translation(builder: Builder, task: str, into: str, training: Training, seed: int) -> str:
    """Add the step that translates the English training data of ``task``.

    Only as much is translated as ``training`` draws of it with ``seed``.

    Returns:
        What stands for the data where a content hash would stand.

    Raises:
        StudyError: the study has no translator, it does not know the language, or the task cannot be
            translated.
        UnknownNameError: there is no such language.
    """
    data = builder.english(task, "train")
    if data is None:
        raise StudyError(f"Task '{task}' has no English training data to translate: its files are not there.")
    drawn = _drawn(find_task(task, builder.tasks), training, seed)
    title = f"translate {task} into {into}{_seeded(drawn)}"
    return _add(builder, task, (SOURCE_LANGUAGE, into), data, drawn, title)


def add_back_translation(builder: Builder, task: str, through: str, training: Training, seed: int) -> str:
    """Add the steps that translate the English training data of ``task`` and back into English.

    Returns:
        What stands for the data where a content hash would stand.

    Raises:
        StudyError: as :func:`add_translation`.
        UnknownNameError: there is no such language.
    """
    there = add_translation(builder, task, through, training, seed)
    drawn = _drawn(find_task(task, builder.tasks), training, seed)
    title = f"translate {task} from {through} back into {SOURCE_LANGUAGE}{_seeded(drawn)}"
    return _add(builder, task, (through, SOURCE_LANGUAGE), there, {}, title)


def _add(
    builder: Builder, name: str, direction: tuple[str, str], data: str, drawn: dict[str, int], title: str
) -> str:
    source, into = direction
    task = find_task(name, builder.tasks)
    language(into)
    if source == into:
        raise StudyError(f"'{name}' cannot be translated into '{into}': it is in that language.")
    chosen = _translation(builder, task, into)
    _require_translatable(task)
    model = chosen.model_of(source, into)
    if model is None:
        raise StudyError(
            f"'{name}' cannot be translated from {source} into {into}: translation.models has "
            f"{', '.join(sorted(chosen.models))}. Add '{source}-{into}', or name a model for all (model)."
        )
    if model == EXACT:
        _require_generated(task, into)
        step = TranslateStep(
            translator=EXACT, task=name, source=source, data=data, into=into, execution=Execution(), **drawn
        )
    else:
        _require_known(builder, model, (source, into))
        step = TranslateStep(
            translator=builder.facts.translators[model],
            task=name,
            source=source,
            data=data,
            into=into,
            beams=chosen.beams,
            max_tokens=chosen.max_tokens,
            batch_tokens=chosen.batch_tokens,
            backend=chosen.backend,
            execution=_execution(builder),
            **drawn,
        )
    return translation_content(builder.add(step, title, ""))


def _execution(builder: Builder) -> Execution:
    """Of one process; what only moves training or prediction is no part of it."""
    given = builder.study.execution
    return Execution(precision=given.precision, threads=given.threads)


def _drawn(task: Task, training: Training, seed: int) -> dict[str, int]:
    """The subset that training draws; nothing where it takes all, as far as the record tells."""
    most, made = training.examples, task.split("train").made
    if most is None or (made is not None and most >= made.examples):
        return {}
    return {"examples": most, "subset": training.subset, "seed": seed}


def _seeded(drawn: dict[str, int]) -> str:
    """What a title says of the subset."""
    return f", seed {drawn['seed']}" if drawn else ""


def _translation(builder: Builder, task: Task, into: str) -> Translation:
    chosen = builder.study.translation
    if chosen is None:
        raise StudyError(
            f"'{task.name}' would have to be translated into '{into}', and the study has no translator. Set "
            "translation: to a model that translates (a hub id or a folder), or leave the language out."
        )
    return chosen


def _require_translatable(task: Task) -> None:
    if task.type not in TRANSLATED_TYPES:
        raise StudyError(
            f"'{task.name}' is {task.type} and cannot be translated: {_WHY_NOT[task.type]}. What can be is "
            f"{', '.join(TRANSLATED_TYPES)}."
        )


def _require_generated(task: Task, into: str) -> None:
    if task.generator is None:
        raise StudyError(
            f"translation.model: {EXACT} translates generated tasks alone, and '{task.name}' is read from "
            "files. Name a model that translates: a hub id or a folder."
        )
    known = task.split("train").languages
    if into not in known:
        raise _unknown(f"The translator '{EXACT}'", "into", into, known)


def _require_known(builder: Builder, model: str, direction: tuple[str, str]) -> None:
    found = builder.facts.directions.get(model, Directions())
    for way, code, known in zip(("from", "into"), direction, found, strict=True):
        if known and code not in known:
            raise _unknown(f"The translator '{model}'", way, code, known)


def _unknown(translator: str, way: str, code: str, known: tuple[str, ...]) -> StudyError:
    close = nearest(code, known)
    hint = f" Did you mean '{close}'?" if close else ""
    return StudyError(
        f"{translator} does not translate {way} '{code}'.{hint} It does {way}: {', '.join(sorted(known))}."
    )
