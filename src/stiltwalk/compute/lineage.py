"""Lineage: what stands behind a model, read from the finished steps it descends from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from stiltwalk.compute.context import Place
from stiltwalk.compute.examples import part_examples
from stiltwalk.data.overlap import text_hashes
from stiltwalk.plan.references import is_base
from stiltwalk.plan.steps import PredictStep
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.arms import NONE_ARM, arm_name, languages_name
from stiltwalk.store.store import Artifact, read_artifact


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a result row says of the model behind it.

    Attributes:
        trained: the training steps from the encoder on.
        intermediate: names of the intermediate tasks, joined by ``+``, and their languages where these are
            not English alone; ``none`` without any.
        languages: of the labelled data and of the masked-LM text in which it was trained in between.
        examples: intermediate training examples, of all tasks.
        batch_size: of the intermediate stage; ``None`` where its tasks have several.
        seed: of the last training step; ``None`` for an untouched encoder.
        selection: how the last training step chose its model; ``None`` for an untouched encoder.
        degenerate: whether any of the steps collapsed, pretraining included.
        versions: of the libraries that decide the numbers.
    """

    trained: tuple[TrainStep, ...]
    intermediate: str
    languages: frozenset[str]
    examples: int
    batch_size: int | None
    seed: int | None
    selection: str | None
    degenerate: bool
    versions: Mapping[str, str]


def versions() -> dict[str, str]:
    """Versions of the libraries that decide the numbers."""
    return {name: version(name) for name in ("stiltwalk", "torch", "transformers", "tokenizers")}


def lineage(place: Place, parent: str) -> Lineage:
    """What stands behind ``parent``."""
    line = _ancestors(place, parent)
    trained = [(a, a.step) for a in line if isinstance(a.step, TrainStep)]
    middle = [(a, step) for a, step in trained if step.kind == "intermediate"]
    last = trained[-1] if trained else None
    return Lineage(
        trained=tuple(step for _, step in trained),
        intermediate="+".join(_arm(step) for _, step in middle) or NONE_ARM,
        languages=frozenset(code for _, step in middle for code in _languages(step)),
        examples=sum(int(a.facts["examples"]) for a, _ in middle),
        batch_size=_batch_size(middle[-1][1]) if middle else None,
        seed=last[1].seed if last else None,
        selection=str(last[0].facts["selection"]) if last else None,
        degenerate=any(bool(a.facts["degenerate"]) for a in line),
        versions=versions(),
    )


def seen_texts(place: Place, descent: Lineage) -> frozenset[bytes]:
    """Hashes of every labelled text the model was trained on."""
    seen: frozenset[bytes] = frozenset()
    for step in descent.trained:
        for part in step.parts:
            _, examples = part_examples(place, part, step.seed)
            seen |= text_hashes(examples)
    return seen


def _arm(step: TrainStep) -> str:
    first = step.parts[0]
    spoken = languages_name(first.languages, first.match or "union")
    placement = step.masked_lm.placement if step.masked_lm else None
    return arm_name([part.task for part in step.parts], placement, spoken)


def _languages(step: TrainStep) -> Iterator[str]:
    yield from (code for part in step.parts for code in part.languages)
    yield from (text.language for text in step.text)


def _batch_size(step: TrainStep) -> int | None:
    sizes = {part.training.batch_size for part in step.parts}
    return sizes.pop() if len(sizes) == 1 else None


def _ancestors(place: Place, parent: str) -> list[Artifact]:
    line: list[Artifact] = []
    while not is_base(parent):
        artifact = read_artifact(place.store, parent)
        line.insert(0, artifact)
        if not isinstance(artifact.step, TrainStep | PredictStep):
            break
        parent = artifact.step.parent
    return line
