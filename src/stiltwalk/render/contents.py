"""Contents: all that a report shows. It is gathered elsewhere; here it is laid out, nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from stiltwalk.analyse.across.relations import LanguageGains, Relation
from stiltwalk.analyse.across.spread import Spread
from stiltwalk.analyse.audit.records import Audit
from stiltwalk.analyse.claims.judged import Judged
from stiltwalk.analyse.decisions.best import Best
from stiltwalk.analyse.efficiency import Efficiency
from stiltwalk.analyse.evidence import EncoderSize, Training
from stiltwalk.analyse.verdicts import Verdict
from stiltwalk.literature.agreement import Agreement, Ours
from stiltwalk.literature.records.evidence import Checked
from stiltwalk.spec.claims import Claim
from stiltwalk.spec.published import Published
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import Catalogue


class Arm(NamedTuple):
    """One arm of one encoder, as it was trained.

    Attributes:
        encoder: the encoder's name.
        name: the arm's.
        control: whether it only stands beside other arms, and no verdict is about it; not said of ``none``.
        examples: distinct intermediate examples; ``None``: it has none, or no run of it is finished.
        batch_size: examples in one intermediate optimiser step; ``None``: the same, or it has several.
        steps: of its intermediate training, a mean over seeds; ``None``: it has none that is finished. Of a
            control that trains the targets for longer it is what that added, a mean over targets as well.
        tokens: real tokens of that, a mean over seeds.
        flops: operations of that, a mean over seeds.
        hours: machine time of that, summed over seeds.
        mix: the realised mix of its tasks, in words.
        runs: how many of its runs on targets are finished.
        degenerate: how many of these had collapsed.
    """

    encoder: str
    name: str
    control: bool
    examples: int | None
    batch_size: int | None
    steps: int | None
    tokens: int | None
    flops: float | None
    hours: float | None
    mix: str
    runs: int
    degenerate: int


class Cost(NamedTuple):
    """What one kind of step cost.

    Attributes:
        kind: ``pretrain``, ``translate``, ``intermediate``, ``target``, ``predict``, ``measure``, ``choose``.
        planned: steps of it in the study.
        finished: of these.
        hours: machine time of the finished ones.
        flops: operations of the finished ones; ``None``: not counted.
    """

    kind: str
    planned: int
    finished: int
    hours: float
    flops: float | None


class Reference(NamedTuple):
    """Something that the report cites.

    Attributes:
        key: by which it is cited: ``Phang et al. 2020``.
        text: the whole reference, one line.
        url: where it is; empty: nowhere.
    """

    key: str
    text: str
    url: str = ""


class Claimed(NamedTuple):
    """A claim and how it stands by the rows of the study."""

    claim: Claim
    judged: Judged


class Beside(NamedTuple):
    """A claim of the literature, and what the study measured of it.

    Attributes:
        checked: the claim, and how it stands by the other papers.
        reference: key of the report's reference that it is from.
        section: heading of the part that it stands in.
        encoder: of the study; empty: it cannot be held against any.
        arm: of the study; empty: it has none that trains on just what the claim is about.
        of: the target that it was measured on, or the benchmark.
        language: code of the one that it is about; empty: all without target labels together.
        ours: what the study measured; ``None``: nothing.
        agreement: what that says of the claim.
        like: ids of the report's claims that speak of the same.
    """

    checked: Checked
    reference: str
    section: str
    encoder: str
    arm: str
    of: str
    language: str
    ours: Ours | None
    agreement: Agreement
    like: tuple[str, ...]


class Literature(NamedTuple):
    """What others found, beside the study.

    Attributes:
        names: of the syntheses that it is from.
        rows: claims about intermediate tasks on data that is known here, in order.
        others: claims of the syntheses that are about something else.
    """

    names: tuple[str, ...]
    rows: tuple[Beside, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A study, as far as it is finished.

    Attributes:
        study: with its arms laid out.
        tasks: every task that it may name.
        rehearsal: heads a study that does not answer its question at this scale, a sentence; empty: no.
        made: when, ISO 8601 in UTC.
        finished: cells (an encoder, an arm, a seed and a target each) that are done.
        planned: cells that the study has.
        verdict: what was decided.
        confidence: of every interval here, once what earlier looks have spent is taken off.
        withheld: whether the verdict is held back, and only estimates are shown.
        analysis: by which rules was judged, since when they stand, earlier looks; sentences.
        encoders: name → size.
        arms: of every encoder, ``none`` first.
        trainings: (encoder, arm, seed) → its intermediate training.
        scores: one score a run: ``analyse.scores.scores``.
        gains: ``analyse.gains.gains``: every target in every language, and the means over languages.
        averages: ``analyse.averages.averages``: by target, by group and overall, in every view.
        spreads: encoder → gaps between languages, worst languages, spread.
        relations: encoder → how gains go with script, family and pretraining text.
        languages: encoder → arm → what it gains in each language.
        best: encoder → the best arm of each target, cross-fitted, with its optimism.
        efficiency: scores over what inference costs; empty: not measured.
        inference: what was measured of inference: rows of ``encoder, precision, length, batch, p50_ms,
            p95_ms, sequences_per_second, peak_memory_bytes, flops_per_sequence`` and more.
        claims: published claims and the field's questions, held against the rows.
        audit: how the study was made; ``None``: not looked at.
        caveats: id → sentence, of all that touch a number here.
        caveats_of: target → ids of the caveats of its rows.
        published: numbers that others printed for these targets, recalled ones apart (``recalled``).
        costs: by kind of step.
        yaml: the resolved study file.
        commands: that make all of this again, in order.
        versions: library → version that trained it.
        references: what is cited, in order.
        literature: what others found; ``None``: no synthesis was given.
    """

    study: Study
    tasks: Catalogue
    rehearsal: str
    made: str
    finished: int
    planned: int
    verdict: Verdict
    confidence: float
    withheld: bool
    analysis: tuple[str, ...]
    encoders: Mapping[str, EncoderSize]
    arms: tuple[Arm, ...]
    trainings: Mapping[tuple[str, str, int], Training]
    scores: pd.DataFrame
    gains: pd.DataFrame
    averages: pd.DataFrame
    spreads: Mapping[str, tuple[Spread, ...]]
    relations: Mapping[str, tuple[Relation, ...]]
    languages: Mapping[str, Mapping[str, LanguageGains]]
    best: Mapping[str, Best]
    efficiency: tuple[Efficiency, ...]
    inference: tuple[Mapping[str, object], ...]
    claims: tuple[Claimed, ...]
    audit: Audit | None
    caveats: Mapping[str, str]
    caveats_of: Mapping[str, tuple[str, ...]]
    published: tuple[Published, ...]
    costs: tuple[Cost, ...]
    yaml: str
    commands: tuple[str, ...]
    versions: Mapping[str, str]
    references: tuple[Reference, ...]
    literature: Literature | None = None
