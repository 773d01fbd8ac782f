"""Target choices: what a study tests, and what each target is trained on for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.encoders import Layers
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.record import Record
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task


class TargetChoice(Record):
    """A target task of a study.

    Attributes:
        task: its name.
        trains_on: tasks whose English training replaces the record's own (noted as a caveat on its rows).
        languages: test only these; ``None``: every language of the task whose files are there.
        split: which split is predicted and scored; Phang et al. 2020 print dev scores of most tasks.
        train_languages: languages of the training data, where its task has others than English: published
            translations ("translate-train"), or its own ("in-language"); ``all``: every one whose files are
            there.
        layers: retrieval without a head only: the hidden states (0: embeddings) that sentence vectors are
            made of: ``published``, ``all``, one index or several, which are read in one pass.
        pooling: the same: ``mean`` over all tokens, or the first token (``cls``); ``None``: the mean, but a
            sentence encoder's own pipeline where nothing is trained and no layer is chosen.
    """

    task: str
    trains_on: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = Field(None, min_length=1)
    split: Literal["test", "dev"] = "test"
    train_languages: tuple[str, ...] | Literal["all"] = Field((SOURCE_LANGUAGE,), min_length=1)
    layers: Layers = "published"
    pooling: Literal["mean", "cls"] | None = None

    @field_validator("layers", mode="before")
    @classmethod
    def _one_layer(cls, raw: object) -> object:
        return (raw,) if isinstance(raw, int) and not isinstance(raw, bool) else raw

    @field_validator("layers")
    @classmethod
    def _layers_that_can_be(cls, layers: Layers) -> Layers:
        if not isinstance(layers, str) and (not layers or min(layers) < 0 or len({*layers}) < len(layers)):
            raise ValueError(
                f"expected published, all, or different indices from 0 (embeddings) on, found {list(layers)}"
            )
        return layers

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, raw: object) -> object:
        return {"task": raw} if isinstance(raw, str) else raw


def training_chain(target: TargetChoice, tasks: Catalogue = TASKS) -> tuple[str, ...]:
    """The tasks a target is trained on in English, in order; empty for retrieval."""
    return target.trains_on if target.trains_on is not None else find_task(target.task, tasks).trains_on


def reads_layers(target: TargetChoice, tasks: Catalogue = TASKS) -> bool:
    """Whether sentences are compared by the encoder's own states: retrieval that no head is trained for."""
    task = find_task(target.task, tasks)
    return task.type == "sentence-retrieval" and not task.scoring.ranks


def trained_languages(target: TargetChoice, task: Task) -> tuple[str, ...]:
    """The languages in which ``task`` trains the target: of those it has, the ones that are asked for."""
    known = task.split("train").every_language
    if target.train_languages == "all":
        return known
    return tuple(code for code in target.train_languages if code in known)
