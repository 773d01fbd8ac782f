"""What a task record holds: where its examples lie, how they are read, scored and trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from stiltwalk.spec.columns import Columns, lacking
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


class Hub(Record):
    """Where the task lies on a hub, as Parquet.

    Attributes:
        id: the data set's id.
        config: its configuration; ``{language}``, ``{iso3}``, ``{name}`` and ``{code}`` are filled in.
        revision: locked at first fetch, never typed from memory.
        splits: our split → the hub's; what is not named cannot be fetched.
        columns: how its rows become examples; ``None``: it is not read from there.
        whole: it may be fetched in all languages at once; else they must be named, because it is too large.
    """

    id: str
    config: str | None = None
    revision: str | None = None
    splits: Mapping[SplitName, str] = {}
    columns: Columns | None = None
    whole: bool = True


class Translated(Record):
    """Published machine translations of a split: files for each language.

    Attributes:
        paths: glob patterns, as those of a split.
        layout: the reader of these files, which need not be the task's.
        columns: layout ``columns`` only: how a row becomes an example.
        languages: the languages translated into.
        aligned: an example says what the English one of the same id says. Where that is not known, ids tell
            nothing about English.
        hub: where they lie on a hub, if they are mirrored there.
    """

    paths: tuple[str, ...]
    layout: str = "columns"
    columns: Columns | None = None
    languages: tuple[str, ...]
    aligned: bool = False
    hub: Hub | None = None


class Split(Record):
    """Where one split's examples lie, in which languages, and how many there should be.

    Attributes:
        made: for a generated task, how many examples; it has no files.
        paths: glob patterns below the data folder, all read and pooled in the order of their names.
            ``{language}``, ``{iso3}``, ``{name}`` and ``{code}`` (the task's own code) are filled in.
            A file may be gzipped: ``NAME.gz`` serves where ``NAME`` is asked for.
        instead: other sets of patterns under which the same data is published; the first that meets a file
            is taken, ``paths`` before all.
        languages: codes of the languages this split exists in.
        translated: published translations of it into further languages, in order of preference.
        candidates: files of candidates that queries of every language are answered from (retrieval); where
            there are none, the candidates lie among each language's examples.
        ids: pattern (``*``, and names filled in as in paths) of the ids that belong to the language, where a
            file holds several languages.
        without_ids_of: a file of the same layout whose example ids are left out (leakage).
        share: keep the groups (articles, documents) whose hash in [0, 1) lies in this range.
        expected: published number of examples by language, where known; candidates are not counted.
    """

    paths: tuple[str, ...] = ()
    instead: tuple[tuple[str, ...], ...] = ()
    made: Made | None = None
    languages: tuple[str, ...] = (SOURCE_LANGUAGE,)
    translated: tuple[Translated, ...] = ()
    candidates: tuple[str, ...] = ()
    ids: str | None = None
    without_ids_of: str | None = None
    share: tuple[float, float] = (0.0, 1.0)
    expected: Mapping[str, int] = {}

    @property
    def every_language(self) -> tuple[str, ...]:
        """Its languages, then those it is translated into."""
        translated = (code for each in self.translated for code in each.languages)
        return tuple(dict.fromkeys((*self.languages, *translated)))


class Task(Record):
    """A task of the field, as facts.

    Attributes:
        name: what study files call it.
        title: what tables call it.
        type: one of the six task types.
        stages: where it may stand: intermediate training, target, or raw text for masked-LM training.
        folder: where the paths of a task that a user declared start from; ``None``: the data folder.
        layout: the reader of its original files (a key of ``stiltwalk.data.layouts.LAYOUTS``).
        columns: layout ``columns`` only: how rows become examples.
        parts: instead of files, the tasks whose examples it pools, in order.
        generator: instead of files, what makes its examples (a key of
            ``stiltwalk.pocket.generate.GENERATORS``).
        labels: the label set, in the order of label indices (classification and tagging).
        labels_file: instead, a file below the data folder that gives it: JSON, label → index.
        splits: train, dev and test; the English dev split is the one models are selected on.
        trains_on: tasks whose English training the target needs, in order; empty for retrieval by the
            encoder's own states.
        scorer: a key of ``SCORERS``.
        codes: the task's own language codes in file names, where they differ from ours.
        made_from: tasks whose training examples these are in another form: to train on both repeats them.
        negatives: dual encoders: pairs whose candidates are compared with one another in training (the
            baseline's micro-batch); a step's batch is divided into groups of so many.
        query_tokens: dual encoders: longest query in sub-words; ``None``: as long as a candidate.
        tag_map: tagging: what stands in the files → the label it is read as.
        tag_preference: UD only: which part's tag a fused word takes, by language.
        training: recipe name → stage → hyper-parameters that differ from the recipe's own.
        hub: hub location, if the data is mirrored there.
        archives: addresses of the original files, for people.
        obtain: for people, how to come by the files, where they cannot simply be fetched.
        licence: of the data.
        citation: short reference.
        caveats: id → sentence, shown beside the numbers they touch.
    """

    name: str
    title: str
    type: TaskType
    stages: tuple[Stage, ...]
    folder: str | None = None
    layout: str | None = None
    columns: Columns | None = None
    generator: str | None = None
    parts: tuple[Task, ...] = ()
    splits: Mapping[SplitName, Split]
    labels: tuple[str, ...] = ()
    labels_file: str | None = None
    trains_on: tuple[str, ...] = ()
    scorer: str | None = None
    codes: Mapping[str, str] = {}
    made_from: tuple[str, ...] = ()
    negatives: int | None = Field(None, ge=2)
    query_tokens: int | None = Field(None, ge=8)
    tag_map: Mapping[str, str] = {}
    tag_preference: Mapping[str, tuple[str, ...]] = {}
    training: Mapping[str, Mapping[Stage, Mapping[str, float | int | None]]] = {}
    hub: Hub | None = None
    archives: tuple[str, ...] = ()
    obtain: str = ""
    licence: str
    citation: str
    caveats: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum((self.layout is not None, self.generator is not None, bool(self.parts))) != 1:
            raise ValueError(f"task '{self.name}' needs exactly one of 'layout', 'generator' and 'parts'")
        for name, split in self.splits.items():
            fetched = self.hub is not None and name in self.hub.splits
            found = bool(split.paths) or (self.layout is not None and fetched)
            if (split.made is None) != (self.generator is None) or found != bool(self.layout):
                raise ValueError(
                    f"split '{name}' of '{self.name}' must be made where its task is, else found: by paths"
                )
        for part in self.parts:
            if (part.type, part.labels) != (self.type, self.labels):
                raise ValueError(f"'{part.name}', a part of '{self.name}', is of another type or label set")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        translated = [each for split in self.splits.values() for each in split.translated]
        readings: tuple[Task | Translated, ...] = (self, *translated)
        for reading in readings:
            if (reading.layout == "columns") != (reading.columns is not None):
                raise ValueError(f"task '{self.name}': 'columns' and the layout 'columns' go together")
        for columns in (one.columns for each in readings for one in (each, each.hub) if one):
            if columns is not None and (absent := lacking(self.type, columns)):
                raise ValueError(f"columns of '{self.name}' ({self.type}) lack: {', '.join(absent)}")
        return self

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        if self.scorer is not None and self.scorer not in SCORERS:
            raise ValueError(str(unknown_name("scorer", self.scorer, SCORERS)))
        for split in self.splits.values():
            for code in split.every_language:
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
        return self.pattern_sets(split, code)[0]

    def pattern_sets(self, split: SplitName, code: str) -> list[tuple[str, ...]]:
        """The same, followed by the other sets of patterns the split may be found under."""
        return [
            tuple(self.filled(pattern, code) for pattern in patterns)
            for patterns in self._sources(split, code)
        ]

    def translation(self, split: SplitName, code: str, patterns: tuple[str, ...]) -> Translated | None:
        """The published translation that files found under one of the pattern sets are; ``None``: none."""
        rule = self.split(split)
        if code in rule.languages or not rule.translated:
            return None
        at = self.pattern_sets(split, code).index(patterns)
        return [each for each in rule.translated if code in each.languages][at]

    def _sources(self, split: SplitName, code: str) -> list[tuple[str, ...]]:
        rule = self.split(split)
        if code in rule.languages or not rule.translated:
            return [rule.paths, *rule.instead]
        return [each.paths for each in rule.translated if code in each.languages]

    def filled(self, template: str, code: str) -> str:
        """``template`` with ``{language}``, ``{iso3}``, ``{name}`` and ``{code}`` of ``code`` filled in."""
        spoken = language(code)
        return template.format(
            language=code, iso3=spoken.iso3, name=spoken.name, code=self.codes.get(code, spoken.iso3)
        )
