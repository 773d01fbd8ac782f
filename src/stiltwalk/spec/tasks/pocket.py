"""The pocket world's tasks: a miniature of every kind of task, made from a seed in eight languages.

Sizes are of the order that lets a study end in minutes: a large intermediate task, small targets.
"""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.metrics import SCORERS
from stiltwalk.spec.task import Made, Split, SplitName, Task, TaskType

Override = Mapping[str, float | int | None]

_LANGUAGES = tuple("en de es ru tr sw hi zh".split())
_FOREIGN = _LANGUAGES[1:]
_UPOS = tuple("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
_CAVEATS = {"pocket": "an invented miniature world: a rehearsal of the pipeline, no evidence about real text"}

_MINED = Split(made=Made(examples=800), languages=_FOREIGN)


def _splits(
    train: int, dev: int, test: int, languages: tuple[str, ...] = _LANGUAGES
) -> Mapping[SplitName, Split]:
    """Train, dev and test of so many examples each, in exact translation."""
    sizes: dict[SplitName, int] = {"train": train, "dev": dev, "test": test}
    return {name: Split(made=Made(examples=size), languages=languages) for name, size in sizes.items()}


def _task(
    name: str,
    title: str,
    kind: TaskType,
    generator: str,
    scorer: str,
    splits: Mapping[SplitName, Split],
    labels: str = "",
    target_training: Override | None = None,
) -> Task:
    """A task that may stand in any place; retrieval is only tested."""
    assert scorer in SCORERS, scorer
    tested = kind == "sentence-retrieval"
    return Task(
        name=name,
        title=title,
        type=kind,
        stages=("target",) if tested else ("intermediate", "target"),
        generator=generator,
        splits=splits,
        labels=tuple(labels.split()),
        trains_on=() if tested else (name,),
        scorer=scorer,
        training={"pocket": {"target": target_training}} if target_training else {},
        licence="Apache-2.0",
        citation="this project",
        caveats=_CAVEATS,
    )


POCKET = (
    _task(
        "pocket-nli",
        "Pocket NLI",
        "sequence-classification",
        "nli",
        "accuracy",
        _splits(6000, 200, 200),
        "entailment neutral contradiction",
    ),
    _task(
        "pocket-nli-hypothesis",
        "Pocket NLI without premises (a control)",
        "sequence-classification",
        "nli-hypothesis",
        "accuracy",
        _splits(6000, 200, 200),
        "entailment neutral contradiction",
    ),
    _task(
        "pocket-entailment",
        "Pocket entailment",
        "sequence-classification",
        "entailment",
        "accuracy",
        _splits(500, 200, 150),
        "entailment not_entailment",
        target_training={"epochs": 6},
    ),
    _task(
        "pocket-paraphrase",
        "Pocket paraphrase",
        "sequence-classification",
        "paraphrase",
        "accuracy",
        _splits(2000, 300, 300),
        "different same",
    ),
    _task("pocket-causes", "Pocket causes", "multiple-choice", "causes", "accuracy", _splits(2000, 300, 300)),
    _task(
        "pocket-qa",
        "Pocket QA",
        "question-answering",
        "questions",
        "squad1",
        _splits(1000, 150, 150),
        # a target has few labels; as an intermediate task it has all of them
        target_training={"examples": 500, "epochs": 3},
    ),
    _task(
        "pocket-pos",
        "Pocket POS",
        "token-classification",
        "pos",
        "udpos",
        _splits(200, 150, 150),
        " ".join(_UPOS),
        target_training={"epochs": 10},
    ),
    _task(
        "pocket-ner",
        "Pocket NER",
        "token-classification",
        "ner",
        "ner",
        _splits(500, 300, 300),
        "O B-PER I-PER B-ORG I-ORG B-LOC I-LOC",
    ),
    _task(
        "pocket-retrieval",
        "Pocket retrieval",
        "sentence-retrieval",
        "aligned",
        "retrieval-accuracy",
        {"test": Split(made=Made(examples=300), languages=_FOREIGN)},
    ),
    _task(
        "pocket-mining",
        "Pocket mining",
        "sentence-retrieval",
        "mining",
        "mining",
        # both sides together: 200 pairs, and 200 sentences of either side that have no translation
        {"dev": _MINED, "test": _MINED},
    ),
    Task(
        name="pocket-text",
        title="Pocket text",
        type="masked-lm",
        stages=("text",),
        generator="text",
        splits={"train": Split(made=Made(examples=20_000), languages=_LANGUAGES)},
        licence="Apache-2.0",
        citation="this project",
        caveats=_CAVEATS | {"aligned-lines": "one line in twenty outside English is bilingual"},
    ),
)
