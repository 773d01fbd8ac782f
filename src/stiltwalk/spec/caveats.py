"""Caveats: what a reader must know beside a number, by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stiltwalk.spec.tasks import TASKS, Catalogue

GENERAL: Mapping[str, str] = {
    "no-dev-set": "no English dev set: the last model was kept, none was selected",
    "dev-split": "scored on the development split, whose English part models may be selected on",
    "trained-beyond-english": "trained in other languages than English as well (published translations, "
    "or the task's own data): no zero-shot transfer in those",
    "intermediate-beyond-english": "the intermediate data is in other languages than English as well, or "
    "instead: no zero-shot transfer in those (see column language_seen_in_intermediate)",
    "machine-translated": "a machine translated intermediate data, here or before it was published",
    "back-translated": "a control: the intermediate data is English, translated into another language and "
    "back",
    "longer-target": "a control: nothing was trained in between, and the target's own training took as many "
    "more steps as another arm's intermediate training",
    "intermediate-repeats-target-training": "the intermediate task is the target's own training data again: "
    "a gain may be no more than extra epochs",
    "overlap": "some test texts stand in the training data of this row (see column overlap)",
    "fewer-examples": "fewer examples than published: not comparable with published scores",
    "more-examples": "more examples than published: not comparable with published scores",
    "smaller-pool": "candidates of only some of the task's languages were searched: easier than published",
    "untrained-labels": "some of the target's labels do not occur in the task it was trained on: "
    "they cannot be predicted",
    "sentence-encoder": "a sentence encoder: such models are trained on NLI and on translated pairs, which "
    "other encoders have not seen",
    "causal-attention": "a decoder language model: a token's state knows only what stands before it",
    "opened-attention": "a decoder language model whose tokens see both ways: most were pretrained to see "
    "only what stands before",
    "pooled-mean": "heads for whole inputs read the mean of all states: not what is published for encoders "
    "with a first token",
    "pooled-last": "heads for whole inputs read the last token's state: not what is published for encoders "
    "with a first token",
    "lora": "the encoder itself was frozen, and small matrices beside its layers trained (LoRA)",
    "eight-bit-optimiser": "trained with an optimiser whose moments are rounded to 8 bits",
    "methods-differ": "other encoders of this study were adapted in another way, in full or by LoRA: what "
    "differs between them may be the method",
    "reduced-precision": "predicted in lower precision than the model was trained in; what that changes was "
    "measured on a sample (see drift among the step's facts)",
    "degenerate": "a run at chance level or with a loss that is no number: counted, never hidden in a mean",
}

TRAINED_ON = "trained-on-"
"""What the id of a caveat begins with that says what a target was trained on in place of its own data."""


def explain(ids: Iterable[str], tasks: Catalogue = TASKS) -> dict[str, str]:
    """Each caveat id with its sentence, in the order given, once each."""
    sentences = dict(GENERAL)
    for task in tasks.values():
        sentences |= task.caveats
    return {
        name: sentences.get(name)
        or f"trained on {name.removeprefix(TRAINED_ON)} in place of the task's own training data"
        for name in dict.fromkeys(ids)
    }
