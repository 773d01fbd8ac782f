"""Translation: the training data of one task in another language, sentence by sentence.

Every sentence is translated once, however often it stands in the data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from accelerate import Accelerator

from stiltwalk.compute.context import Monitor, Place, Progress
from stiltwalk.compute.examples import planned_examples, subset_of, task_with_labels
from stiltwalk.compute.seq2seq import load_translator
from stiltwalk.compute.translated_texts import Kept, translate_texts
from stiltwalk.compute.translation_card import Counts, card, licence_in, model_name
from stiltwalk.compute.translations import EXAMPLES, translated_examples
from stiltwalk.data.carrying import Lost, carried_over, sentences_of
from stiltwalk.data.load import load
from stiltwalk.data.translated import Translatable, as_lines
from stiltwalk.plan.references import translation_key
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Choices, Classified, Example, Question
from stiltwalk.spec.languages import language
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.translation import EXACT

MOST_EMPTY = 0.1
"""Share of rows that may be lost to blank translations: a translator that loses more is not fit for it."""


class Translated(NamedTuple):
    """The examples carried over, those that were lost, distinct texts translated, and further facts."""

    examples: tuple[Example, ...]
    lost: tuple[Lost, ...] = ()
    texts: int = 0
    facts: Mapping[str, Any] = {"wall_seconds": 0.0}


def translate(
    step: TranslateStep, place: Place, accelerator: Accelerator, folder: Path, monitor: Monitor
) -> dict[str, Any]:
    """Carry out ``step``: ``examples.jsonl``, ``lost.jsonl`` and a card below ``folder/draft``; the facts.

    Raises:
        InterruptedRunError: asked to stop; what was translated is kept.
        UserError: data or translator are missing, broken or changed, or too much of the translation is blank.
    """
    monitor.report(Progress("reading", 0, 1, 0.0))
    source = source_examples(step, place)
    if step.translator == EXACT:
        done = Translated(_exact(step, place, source))
    else:
        done = _by_model(step, place, source, accelerator, folder, monitor)
    empty = sum(lost.why == "empty" for lost in done.lost)
    counts = Counts(len(source), len(done.examples), empty, len(done.lost) - empty)
    draft = folder / "draft"
    (draft / EXAMPLES).write_text(as_lines(_translatable(done.examples)), encoding="utf-8")
    lines = (json.dumps(asdict(lost), ensure_ascii=False) + "\n" for lost in done.lost)
    (draft / "lost.jsonl").write_text("".join(lines), encoding="utf-8")
    task = task_with_labels(place, step.task)
    model = None if step.translator == EXACT else _folder(place, step)
    (draft / "card.md").write_text(card(step, task, counts, model, done.texts), encoding="utf-8")
    facts = {**asdict(counts), "texts": done.texts, **done.facts}
    if model is None:
        return facts
    return {**facts, "model": model_name(model), "model_licence": licence_in(model)}


def source_examples(step: TranslateStep, place: Place) -> tuple[Translatable, ...]:
    """The examples that ``step`` translates: all, or the subset that training would draw.

    Raises:
        UserError: they are missing, damaged or changed since the study was planned.
    """
    key = translation_key(step.data)
    if key is not None:
        examples = translated_examples(place, key)
    else:
        _, examples = planned_examples(place, step.task, step.split, step.source, step.data)
    if step.seed is not None:
        training = Training(examples=step.examples, subset=step.subset)
        examples = subset_of(examples, step.task, training, step.seed)
    return _translatable(examples)


def _translatable(examples: Iterable[Example]) -> tuple[Translatable, ...]:
    """``examples``, which are of these kinds: planning saw to it."""
    return tuple(each for each in examples if isinstance(each, Classified | Choices | Question))


def _exact(step: TranslateStep, place: Place, source: Sequence[Example]) -> tuple[Example, ...]:
    """The same examples as the generator says them in the other language."""
    task = task_with_labels(place, step.task)
    wanted = {example.id for example in source}
    return tuple(each for each in load(task, step.split, step.into, place.data_dir) if each.id in wanted)


def _by_model(
    step: TranslateStep,
    place: Place,
    source: Sequence[Translatable],
    accelerator: Accelerator,
    folder: Path,
    monitor: Monitor,
) -> Translated:
    texts = tuple(dict.fromkeys(sentence for example in source for sentence in sentences_of(example)))
    lying = _folder(place, step)
    translator = load_translator(lying, step, place, accelerator)
    kept = Kept(folder / "translated", place.checkpoint_seconds)
    kept.read()
    spent = translate_texts(texts, translator, step, kept, monitor)
    carried = [carried_over(example, kept.texts, step.into) for example in source]
    examples = tuple(each for each in carried if not isinstance(each, Lost))
    lost = tuple(each for each in carried if isinstance(each, Lost))
    _require_full(step, lying, len(source), examples, lost)
    return Translated(examples, lost, len(texts), {**spent, "wall_seconds": round(kept.seconds, 2)})


def _folder(place: Place, step: TranslateStep) -> Path:
    content = step.translator.partition(":")[2]
    if content not in place.translators:
        raise UserError(f"The translator with content hash {content[:12]} is not on this machine.")
    return place.translators[content]


def _require_full(
    step: TranslateStep, translator: Path, rows: int, examples: Sequence[Example], lost: Sequence[Lost]
) -> None:
    """Refuse a translation that loses much of the data to blank texts, or all of it.

    Raises:
        UserError: it does.
    """
    empty = [each for each in lost if each.why == "empty"]
    into = f"{language(step.into).name} ({step.into})"
    cure = "Name a model made for this language (translation.model), or leave the language out."
    if len(empty) > MOST_EMPTY * rows:
        raise UserError(
            f"The translator {translator} wrote nothing for {len(empty)} of {rows} rows of '{step.task}' "
            f"into {into}; of '{empty[0].id}' nothing for {empty[0].text!r}. At most 1 in 10 may be. {cure}"
        )
    if not examples:
        raise UserError(
            f"The translator {translator} left no row of '{step.task}' in {into}: no answer is found again "
            f"in its translated context, such as {lost[0].text!r} of '{lost[0].id}'. {cure}"
        )
