"""What the analyses say of a study's rows, each asked once: gains, averages, languages, the best arms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from stiltwalk.analyse.across.relations import LanguageGains, Relation, language_gains, relations
from stiltwalk.analyse.across.spread import Spread, spreads
from stiltwalk.analyse.averages import averages, groups_of
from stiltwalk.analyse.decisions.arms import is_control, standing_arms
from stiltwalk.analyse.decisions.best import Best, best_per_target
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.gains import gains
from stiltwalk.analyse.responses import Responses, responses
from stiltwalk.spec.arms import NONE_ARM
from stiltwalk.spec.pretraining_text import text_sizes


class Comparisons(NamedTuple):
    """As in ``report.contents.Contents``."""

    gains: pd.DataFrame
    averages: pd.DataFrame
    spreads: Mapping[str, tuple[Spread, ...]]
    relations: Mapping[str, tuple[Relation, ...]]
    languages: Mapping[str, Mapping[str, LanguageGains]]
    best: Mapping[str, Best]


def comparisons(evidence: Evidence, rows: pd.DataFrame) -> Comparisons:
    """Every comparison of arms that a report shows, at the confidence of ``evidence``.

    Args:
        evidence: of the study.
        rows: its result rows, without targets that were read at several layers.
    """
    confidence = evidence.confidence
    controls = [arm.name for arm in evidence.study.intermediate if is_control(arm)]
    groups = groups_of(evidence.scores["target"].unique(), evidence.tasks)
    arrays = responses(evidence.scores)
    sources = {encoder.name: encoder.source for encoder in evidence.study.encoders}
    return Comparisons(
        gains(rows, confidence),
        averages(evidence.scores, groups, confidence, controls),
        {each.encoder: spreads(each, confidence=confidence) for each in arrays},
        {each.encoder: relations(each, text_sizes(sources[each.encoder]), confidence) for each in arrays},
        {each.encoder: _languages(each, confidence) for each in arrays},
        {
            each.encoder: best_per_target(each, standing_arms(evidence, each.encoder), confidence=confidence)
            for each in arrays
        },
    )


def _languages(found: Responses, confidence: float) -> dict[str, LanguageGains]:
    gained = {arm: language_gains(found, arm, confidence) for arm in found.arms if arm != NONE_ARM}
    return {arm: each for arm, each in gained.items() if each is not None}
