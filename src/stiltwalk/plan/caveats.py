"""What a reader must know beside a cell's numbers, as far as the plan can tell."""

from __future__ import annotations

from collections.abc import Iterator

from stiltwalk.plan.builder import Builder
from stiltwalk.plan.mixes import languages_of, machine_translated
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import reading_caveats
from stiltwalk.spec.targets import TargetChoice, trained_languages
from stiltwalk.spec.tasks import find_task


def encoder_caveats(
    builder: Builder, encoder: EncoderChoice, target: TargetChoice, *, trained: bool = False
) -> tuple[str, ...]:
    """What a reader must know of the encoder itself, of how it is read, and, if it is ``trained``, how."""
    facts = builder.facts.encoders.get(encoder.source or "")
    task = find_task(target.task, builder.tasks)
    read = reading_caveats(builder.reading(encoder), builder.nature(encoder), task)
    kind = ("sentence-encoder",) if facts is not None and facts.sentences is not None else ()
    before = ("lora",) if facts is not None and facts.adapted else ()
    found = (*kind, *read, *before, *(_adaptation_caveats(builder, encoder) if trained else ()))
    return tuple(dict.fromkeys(found))


def _adaptation_caveats(builder: Builder, encoder: EncoderChoice) -> tuple[str, ...]:
    """Of how training changes the encoder, and whether it changes the others of the study in the same way."""
    differ = any(each.adaptation != encoder.adaptation for each in builder.study.encoders)
    own = ("lora",) if encoder.adaptation.lora is not None else ()
    rounded = ("eight-bit-optimiser",) if builder.study.execution.optimiser == "adamw-8bit" else ()
    return (*own, *rounded, *(("methods-differ",) if differ else ()))


def arm_caveats(
    builder: Builder, arm: ArmChoice | None, target: TargetChoice, chain: tuple[str, ...]
) -> tuple[str, ...]:
    """Ids of everything a reader must know beside this cell's numbers."""
    found = list(find_task(target.task, builder.tasks).caveats)
    for task in chain:
        if task != target.task:
            found += find_task(task, builder.tasks).caveats
        if builder.english(task, "dev") is None:
            found.append("no-dev-set")
        if set(trained_languages(target, find_task(task, builder.tasks))) - {SOURCE_LANGUAGE}:
            found.append("trained-beyond-english")
    if target.split == "dev":
        found.append("dev-split")
    trained = arm.trained if arm else ()
    for task in (*trained, *(arm.masked_lm.text if arm and arm.masked_lm else ())):
        found += find_task(task, builder.tasks).caveats
    if chain != find_task(target.task, builder.tasks).trains_on:
        found.append(f"trained-on-{'+'.join(chain)}")
    if any(_same_data(builder, one, task) for one in trained for task in chain):
        found.append("intermediate-repeats-target-training")
    if arm is not None:
        found += _of_languages(builder, arm)
    return tuple(dict.fromkeys(found))


def _of_languages(builder: Builder, arm: ArmChoice) -> Iterator[str]:
    """What the languages of an arm's data mean for its rows, and what a control is."""
    spoken = {code for name in arm.trained for code in languages_of(builder, arm, name)}
    if spoken - {SOURCE_LANGUAGE}:
        yield "intermediate-beyond-english"
    if machine_translated(builder, arm):
        yield "machine-translated"
    if arm.back_translated is not None:
        yield "back-translated"
    if arm.longer_by is not None:
        yield "longer-target"


def _same_data(builder: Builder, *names: str) -> bool:
    """Whether two tasks are one, made from the same one, or one of them is a part of the other."""
    records = [find_task(name, builder.tasks) for name in names]
    one, other = ({task.name, *task.made_from, *(part.name for part in task.parts)} for task in records)
    return not one.isdisjoint(other)
