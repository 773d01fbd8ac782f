"""What a reader must know beside a cell's numbers, as far as the plan can tell."""

from __future__ import annotations

from stiltwalk.plan.builder import Builder
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import reading_caveats
from stiltwalk.spec.targets import TargetChoice, trained_languages
from stiltwalk.spec.tasks import find_task


def encoder_caveats(builder: Builder, encoder: EncoderChoice, target: TargetChoice) -> tuple[str, ...]:
    """What a reader must know of the encoder itself, and of how it is read."""
    facts = builder.facts.encoders.get(encoder.source or "")
    task = find_task(target.task, builder.tasks)
    read = reading_caveats(builder.reading(encoder), builder.nature(encoder), task)
    return ("sentence-encoder", *read) if facts is not None and facts.sentences is not None else read


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
    return tuple(dict.fromkeys(found))


def _same_data(builder: Builder, *names: str) -> bool:
    """Whether two tasks are one, made from the same one, or one of them is a part of the other."""
    records = [find_task(name, builder.tasks) for name in names]
    one, other = ({task.name, *task.made_from, *(part.name for part in task.parts)} for task in records)
    return not one.isdisjoint(other)
