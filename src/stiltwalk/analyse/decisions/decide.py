"""Deciding a study: its analysis names the decision, and this table the function that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from stiltwalk.analyse.decisions.batch_size import decide_batch_size
from stiltwalk.analyse.decisions.exchange import decide_exchange
from stiltwalk.analyse.decisions.gain import decide_gain
from stiltwalk.analyse.decisions.languages import decide_languages
from stiltwalk.analyse.decisions.saturation import decide_saturation
from stiltwalk.analyse.decisions.size import decide_size
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.verdicts import Verdict
from stiltwalk.spec.analysis import Decision

DECISIONS: Final[Mapping[Decision, Callable[[Evidence], Verdict]]] = {
    "gain": decide_gain,
    "size": decide_size,
    "saturation": decide_saturation,
    "batch-size": decide_batch_size,
    "languages": decide_languages,
    "exchange": decide_exchange,
}


def decide(evidence: Evidence) -> Verdict:
    """What the results decide of the question of the study."""
    return DECISIONS[evidence.study.analysis.decision](evidence)
