"""Translated training data, as the translate steps that made it left it behind."""

from __future__ import annotations

from stiltwalk.compute.context import Place
from stiltwalk.data.translated import read_examples
from stiltwalk.plan.steps import TranslateStep
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.examples import Example
from stiltwalk.store.store import read_artifact, verify_artifact

EXAMPLES = "examples.jsonl"
"""Where a finished translate step keeps its examples."""


def translated_examples(place: Place, key: str) -> tuple[Example, ...]:
    """The examples that the finished translate step ``key`` made, under the ids of those it translated.

    They are in the order of the files they come from; dropped ones are not among them.

    Raises:
        UserError: the step is not in the store, is of another kind or is damaged.
        DataError: its file is damaged.
    """
    artifact = read_artifact(place.store, key)
    if not isinstance(artifact.step, TranslateStep):
        raise UserError(f"Step {key[:12]} is no translation: it is of the kind {artifact.step.kind}.")
    verify_artifact(artifact)
    return read_examples(artifact.folder / EXAMPLES)
