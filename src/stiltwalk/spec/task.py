"""What a task record holds: where its examples lie, how they are read, scored and trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE, language
from stiltwalk.spec.metrics import SCORERS, Scorer
from stiltwalk.spec.record import Record

TaskType = Literal[
    "sequence-classification",
    "multiple-choice",
    "token-classification",
    "question-answering",
    "sentence-retrieval",
    "masked-lm",
]
Stage = Literal["intermediate", "target", "text"]
SplitName = Literal["train", "dev", "test"]


class Made(Record):
    """How many examples of a generated split are made, and from which seed; of every language the same."""

    examples: int = Field(ge=1)
    seed: int = 0


class Split(Record):
    """Where one split's examples lie, in which languages, and how many there should be.

    Attributes:
        made: for a generated task, how many examples; it has no files.
        paths: glob patterns below the data folder, all read and pooled in the order of their names.
            ``{language}``, ``{iso3}``, ``{name}`` and ``{code}`` (the task's own code) are filled in.
            A file may be gzipped: ``NAME.gz`` serves where ``NAME`` is asked for.
        languages: codes of the languages this split exists in.
        without_ids_of: a file of the same layout whose example ids are left out (leakage).
        share: keep the groups (articles, documents) whose hash in [0, 1) lies in this range.
        expected: published number of examples by language, where known.
    """

    paths: tuple[str, ...] = ()
    made: Made | None = None
    languages: tuple[str, ...] = (SOURCE_LANGUAGE,)
    without_ids_of: str | None = None
    share: tuple[float, float] = (0.0, 1.0)
    expected: Mapping[str, int] = {}


class Hub(Record):
    """Where the task lies on a hub; the revision is locked at first fetch, never typed from memory."""

    id: str
    config: str | None = None
    revision: str | None = None


class Task(Record):
    """A task of the field, as facts.

    Attributes:
        name: what study files call it.
        title: what tables call it.
        type: one of the six task types.
        stages: where it may stand: intermediate training, target, or raw text for masked-LM training.
        layout: the reader of its original files (a key of ``stiltwalk.data.layouts.LAYOUTS``).
        generator: instead of files, what makes its examples (a key of
            ``stiltwalk.pocket.generate.GENERATORS``).
        labels: the label set, in the order of label indices (classification and tagging).
        splits: train, dev and test; the English dev split is the one models are selected on.
        trains_on: tasks whose English training the target needs, in order; empty for retrieval.
        scorer: a key of ``SCORERS``.
        codes: the task's own language codes in file names, where they differ from ours.
        tag_preference: UD only: which part's tag a fused word takes, by language.
        training: recipe name → stage → hyper-parameters that differ from the recipe's own.
        hub: hub location, if the original files are mirrored there.
        licence: of the data.
        citation: short reference.
        caveats: id → sentence, shown beside the numbers they touch.
    """

    name: str
    title: str
    type: TaskType
    stages: tuple[Stage, ...]
    layout: str | None = None
    generator: str | None = None
    splits: Mapping[SplitName, Split]
    labels: tuple[str, ...] = ()
    trains_on: tuple[str, ...] = ()
    scorer: str | None = None
    codes: Mapping[str, str] = {}
    tag_preference: Mapping[str, tuple[str, ...]] = {}
    training: Mapping[str, Mapping[Stage, Mapping[str, float | int | None]]] = {}
    hub: Hub | None = None
    licence: str
    citation: str
    caveats: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.layout is None) == (self.generator is None):
            raise ValueError(f"task '{self.name}' needs exactly one of 'layout' and 'generator'")
        for name, split in self.splits.items():
            if (split.made is None) != (self.generator is None) or bool(split.paths) != bool(self.layout):
                raise ValueError(
                    f"split '{name}' of '{self.name}' must be made where its task is, else found"
                )
        if self.scorer is not None and self.scorer not in SCORERS:
            raise ValueError(str(unknown_name("scorer", self.scorer, SCORERS)))
        for split in self.splits.values():
            for code in split.languages:
                if code not in LANGUAGES:
                    raise ValueError(str(unknown_name("language", code, LANGUAGES)))
        if "text" not in self.stages and self.scorer is None:
            raise ValueError(f"task '{self.name}' needs a scorer; there is: {', '.join(sorted(SCORERS))}")
        return self

    @model_validator(mode="after")
    def _tuned_in_every_language(self) -> Self:
        if self.scorer is not None and self.scoring.tuned:
            tuned_on = self.splits["dev"].languages if "dev" in self.splits else ()
            if not set(self.languages) <= set(tuned_on):
                raise ValueError(f"task '{self.name}' needs a dev split in all of its test languages")
        return self

    @property
    def scoring(self) -> Scorer:
        """Its scorer's record.

        Raises:
            UserError: raw text is not scored.
        """
        if self.scorer is None:
            raise UserError(f"Task '{self.name}' is raw text: it has no scorer.")
        return SCORERS[self.scorer]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the test split, or of the training text where nothing is tested."""
        split = self.splits.get("test") or next(iter(self.splits.values()))
        return split.languages

    def split(self, name: SplitName) -> Split:
        """The split called ``name``.

        Raises:
            UserError: it has no such split; those it has are listed.
        """
        if name not in self.splits:
            raise UserError(
                f"Task '{self.name}' has no split '{name}'. It has: {', '.join(self.splits)}. "
                "Use one of those, or add the split to the task's record."
            )
        return self.splits[name]

    def patterns(self, split: SplitName, code: str) -> tuple[str, ...]:
        """The split's path patterns for the language ``code``, filled in."""
        spoken = language(code)
        return tuple(
            pattern.format(
                language=code, iso3=spoken.iso3, name=spoken.name, code=self.codes.get(code, spoken.iso3)
            )
            for pattern in self.split(split).paths
        )
