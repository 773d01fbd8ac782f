"""A plan in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from stiltwalk.plan.facts import Facts
from stiltwalk.plan.nodes import Cell, Node, Plan
from stiltwalk.plan.steps import Step, key_of
from stiltwalk.plan.trainings import TextData
from stiltwalk.spec.adaptation import Adaptation, named
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import Nature, Reading, reading_of
from stiltwalk.spec.recipes import Override, Training, find_recipe, training_for
from stiltwalk.spec.study import Study
from stiltwalk.spec.task import SplitName, Stage
from stiltwalk.spec.tasks import Catalogue, find_task


@dataclass
class Builder:
    """A plan in the making: equal steps are added once.

    Attributes:
        study: what is planned.
        facts: what is known of the world.
        tasks: every task there is.
        nodes: key → step, parents before children.
        absent: (task, language) pairs that cannot be tested.
        untuned: those of them that lack only the dev data a threshold is tuned on.
        measured: encoder → key of its measurement.
        choices: what a rate is chosen for → key of the choosing step.
        tested: target → its test data and dev data by language.
    """

    study: Study
    facts: Facts
    tasks: Catalogue
    nodes: dict[str, Node] = field(default_factory=dict)
    absent: dict[tuple[str, str], None] = field(default_factory=dict)
    untuned: dict[tuple[str, str], None] = field(default_factory=dict)
    measured: dict[str, str] = field(default_factory=dict)
    choices: dict[tuple[str, ...], str] = field(default_factory=dict)
    tested: dict[str, tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)

    def plan(self, cells: list[Cell]) -> Plan:
        """What was built, with its ``cells``."""
        lacking = tuple(self.absent), tuple(self.untuned)
        return Plan(self.study, self.nodes, tuple(cells), *lacking, tuple(self.measured.items()))

    def there(self, task: str, split: SplitName, wanted: tuple[str, ...]) -> dict[str, str]:
        """Language → content of a split's data, for those of ``wanted`` that are there."""
        data = self.facts.data
        return {code: data[task, split, code] for code in wanted if (task, split, code) in data}

    def add(self, step: Step, title: str, encoder: str) -> str:
        """Put ``step`` into the plan, unless it is there; returns its key."""
        key = key_of(step)
        self.nodes.setdefault(key, Node(key, step, title, encoder))
        return key

    def training(self, task: str, stage: Stage, own: Override | None = None) -> Training:
        """Hyper-parameters of ``task`` at ``stage``, with what the study and the arm (``own``) change."""
        choice = self.study.recipe
        changed = choice.intermediate if stage == "intermediate" else choice.target
        record = find_task(task, self.tasks)
        return training_for(
            find_recipe(choice.name), record, stage, changed, choice.tasks.get(record.name, {}), own or {}
        )

    def text(self, names: tuple[str, ...]) -> tuple[TextData, ...]:
        """The raw text of those tasks in every language that is there."""
        return tuple(
            TextData(task=task, language=language, fingerprint=fingerprint)
            for (task, split, language), fingerprint in sorted(self.facts.data.items())
            if task in names and split == "train"
        )

    def named(self, name: str) -> EncoderChoice:
        """The encoder of the study that is called ``name``."""
        return next(encoder for encoder in self.study.encoders if encoder.name == name)

    def nature(self, encoder: EncoderChoice) -> Nature:
        """How an encoder can be read."""
        if encoder.pretrain is not None:
            return Nature(architecture=encoder.pretrain.shape.architecture)
        return self.facts.encoders[encoder.source or ""].nature

    def reading(self, encoder: EncoderChoice) -> Reading:
        """How an encoder is read."""
        given = self.facts.encoders.get(encoder.source or "")
        trained = given.trained if given is not None else None
        return reading_of(encoder.name, self.nature(encoder), encoder.attention, encoder.pooling, trained)

    def adaptation(self, encoder: EncoderChoice) -> Adaptation:
        """How training changes an encoder, with its layers by name."""
        return named(encoder.adaptation, encoder.name, self.nature(encoder))

    @cached_property
    def training_execution(self) -> Execution:
        """The study's, of which a training does not care how its model will predict."""
        return self.study.execution.replace({"prediction": "as-trained"})

    def english(self, task: str, split: SplitName) -> str | None:
        """Content of a split's English data, if it is there."""
        return self.facts.data.get((task, split, SOURCE_LANGUAGE))
