"""The peer's side of a training on a real task: the unmodified ``Trainer``, its collators and its models.

Texts are encoded by the tokenizer, as ``run_swag.py`` and ``run_ner.py`` do it; settings, examples and their
order are our step's. The new head begins with our weights. One thing is not the library's own: its
multiple-choice model has no dropout between the encoder and the pooler's dense layer, where our head (and the
library's own classification head) has one. It is put there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch import nn
from transformers import (
    AutoModelForMultipleChoice,
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForMultipleChoice,
    DataCollatorForTokenClassification,
    Trainer,
)

from benchmarks.hugging_face import arguments
from benchmarks.real_runs import ENCODER, POSITIONS, Outcome, Run, step_of
from stiltwalk.compute.context import Place
from stiltwalk.compute.examples import planned_examples, training_examples
from stiltwalk.compute.heads import initialise
from stiltwalk.compute.kinds import kind_of
from stiltwalk.compute.streams import generator, stream
from stiltwalk.compute.tokens import IGNORE
from stiltwalk.metrics.predictions import Prediction
from stiltwalk.metrics.scorers import main_score, score
from stiltwalk.metrics.statistics import statistics
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.task import Task


def train(run: Run, place: Place) -> Outcome:
    """Fine-tune with the settings of our step, and predict the dev set."""
    assert place.data_dir is not None
    torch.set_num_threads(1)
    step = step_of(run, place.data_dir)
    task, examples = training_examples(place, step)
    _, dev = planned_examples(place, run.task, "dev", "en", step.dev or "")
    tokenizer: Any = AutoTokenizer.from_pretrained(place.encoders[ENCODER])
    choices = task.type == "multiple-choice"
    encode = _choices if choices else _tagged
    collator: Any = DataCollatorForMultipleChoice if choices else DataCollatorForTokenClassification
    steps = round(step.training.epochs * len(examples) / step.training.batch_size)
    trainer = Trainer(
        model=_model(run, step, task, place),
        args=arguments(place.store.root / "theirs", **_settings(run, step, steps)),
        train_dataset=encode([examples[i] for i in _order(step, len(examples))], tokenizer, task),
        data_collator=collator(tokenizer),
        processing_class=tokenizer,
    )
    trainer.train()
    encoded = encode(dev, tokenizer, task)
    outputs = np.asarray(trainer.predict(encoded).predictions)
    predicted: list[Prediction] = (
        [int(row.argmax()) for row in outputs] if choices else _tags(outputs, encoded["labels"], task)
    )
    scored = task.scoring.name
    found = score(scored, statistics(scored, kind_of(task).gold(dev), predicted))
    losses = tuple(entry["loss"] for entry in trainer.state.log_history if "loss" in entry)
    return Outcome(losses, main_score(scored, found))


def _settings(run: Run, step: TrainStep, steps: int) -> dict[str, Any]:
    training = step.training
    return {
        "per_device_train_batch_size": training.batch_size,
        "per_device_eval_batch_size": training.batch_size,
        "max_steps": steps,
        "learning_rate": training.learning_rate,
        "weight_decay": training.weight_decay,
        "warmup_steps": int(np.ceil(training.warmup_share * steps)),
        "max_grad_norm": training.clip_norm,
        "adam_epsilon": training.adam_epsilon,
        "train_sampling_strategy": "sequential",
        "logging_steps": 1,
        "save_strategy": "no",
        "seed": run.seed,
    }


def _order(step: TrainStep, count: int) -> list[int]:
    """Ours, one pass behind the other."""
    passes = range(int(np.ceil(step.training.epochs)))
    return [
        i for n in passes for i in generator(step.seed, "order", step.task, n).permutation(count).tolist()
    ]


def _model(run: Run, step: TrainStep, task: Task, place: Place) -> nn.Module:
    """The library's model of that task on our encoder, its head with our first weights."""
    folder = place.encoders[ENCODER]
    choices = task.type == "multiple-choice"
    kind: Any = AutoModelForMultipleChoice if choices else AutoModelForTokenClassification
    model = kind.from_pretrained(folder, **({} if choices else {"num_labels": len(task.labels)}))
    head = kind_of(task).head(task, model.config.hidden_size, run.hidden)
    ours: Any = initialise(head, stream(step.seed, "head", task.name))
    model.classifier.load_state_dict(ours.out.state_dict())
    if choices:
        model.roberta.pooler.dense.load_state_dict(ours.dense.state_dict())
        model.roberta.pooler.dense = nn.Sequential(nn.Dropout(run.hidden), model.roberta.pooler.dense)
    return model  # type: ignore[no-any-return]


def _choices(examples: Sequence[Any], tokenizer: Any, task: Task) -> Dataset:  # noqa: ARG001  as its neighbour
    """A column of lists, one a choice."""
    encoded = [
        tokenizer(
            [each.prompt] * len(each.choices),
            list(each.choices),
            truncation=True,
            max_length=POSITIONS,
            return_token_type_ids=False,
        )
        for each in examples
    ]
    columns = {name: [row[name] for row in encoded] for name in ("input_ids", "attention_mask")}
    return Dataset.from_dict({**columns, "label": [each.label for each in examples]})


def _tagged(examples: Sequence[Any], tokenizer: Any, task: Task) -> Dataset:
    """Labels on first sub-words."""
    encoded = tokenizer(
        [list(each.words) for each in examples], is_split_into_words=True, return_token_type_ids=False
    )
    labels = []
    for row, each in enumerate(examples):
        words = encoded.word_ids(row)
        firsts = [
            word is not None and word != before for before, word in zip([None, *words], words, strict=False)
        ]
        assert sum(firsts) == len(each.words), f"{each.id}: every word has a first sub-word"
        labels.append(
            [
                task.labels.index(each.tags[word]) if first else IGNORE
                for first, word in zip(firsts, words, strict=True)
            ]
        )
    return Dataset.from_dict({**encoded, "labels": labels})


def _tags(outputs: Any, labels: Sequence[Sequence[int]], task: Task) -> list[Prediction]:
    """The best tag of every word, read where its label would be."""
    best = outputs.argmax(-1)
    return [
        tuple(task.labels[best[row, place]] for place, label in enumerate(own) if label != IGNORE)
        for row, own in enumerate(labels)
    ]
