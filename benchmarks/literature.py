"""How well claims are found and judged: ``python -m benchmarks.literature --help``.

On planted papers, whose gold lies beside them: precision and recall of extraction, how well slots are filled,
and verdicts of the offline judge, on what was extracted and on the gold's own claims. On SciFact, where its
files lie: the offline judge alone, on pairs of claim and passage.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.planted import Measured, Verdict, choose, measured
from stiltwalk.literature.gold import read_gold
from stiltwalk.literature.judging.lexical import LexicalJudge
from stiltwalk.literature.measuring import LabelScores, label_scores
from stiltwalk.literature.scifact import SPLITS, pairs, read_scifact
from stiltwalk.spec.errors import UserError

PLANTED = Path(__file__).parents[1] / "tests" / "literature" / "planted"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print one JSON object a line for every folder."""
    asked = _parser().parse_args(arguments)
    folders = asked.folder or (
        [] if asked.scifact else sorted(path.parent for path in PLANTED.glob("*/gold.jsonl"))
    )
    try:
        for folder in folders:
            began = time.perf_counter()
            gold = read_gold(folder)
            found = measured(gold, choose(folder, gold))
            said = planted_row(folder.name, found) | {"seconds": round(time.perf_counter() - began, 2)}
            _say(json.dumps(said, ensure_ascii=False))
            if asked.wrong:
                _say("\n".join(wrong(found)))
        if asked.scifact:
            _say(json.dumps(scifact_row(asked.scifact, asked.split)))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def planted_row(name: str, found: Measured) -> dict[str, Any]:
    """The figures of a folder of planted papers."""
    extraction = found.extraction
    return {
        "folder": name,
        "works_as_gold": found.chosen.right,
        "works_otherwise": len(found.chosen.wrong),
        "extraction": {
            "precision": _rounded(extraction.precision),
            "recall": _rounded(extraction.recall),
            "f1": _rounded(extraction.f1),
            "found": extraction.found,
            "gold": extraction.gold,
        },
        "slots": {name: _rounded(value) for name, value in extraction.slots._asdict().items()},
        "verdicts_end_to_end": _labels(found.end_to_end),
        "verdicts_given_gold_claims": _labels(found.given),
    }


def scifact_row(folder: Path, split: str) -> dict[str, Any]:
    """The figures of the offline judge on a split of SciFact.

    Raises:
        DataError: the files are not there, or damaged.
        UserError: the split is not there.
    """
    read = read_scifact(folder)
    if split not in read.claims:
        raise UserError(f"--split {split}: there is none in {folder}. There is: {', '.join(read.claims)}.")
    asked = pairs(read.corpus, read.claims[split])
    given = LexicalJudge()([(each.claim, each.passage) for each in asked])
    scores = label_scores([each.label for each in given], [each.label for each in asked])
    return {"scifact": split, "pairs": len(asked)} | dict(_labels(scores))


def wrong(found: Measured) -> Iterator[str]:
    """Every mistake, a line each."""
    yield from (f"screening  {each}" for each in found.chosen.wrong)
    yield from (f"missed     {each.file}: {each.sentence}" for each in found.missed)
    yield from (f"spurious   {each.work}: {each.quote}" for each in found.spurious)
    yield from _wrong_verdicts("end to end", found.verdicts)
    yield from _wrong_verdicts("given", found.verdicts_given)


def _wrong_verdicts(called: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    for each in verdicts:
        if each.pair.gold and each.checked and each.checked.verdict != each.pair.gold.verdict:
            claim = each.checked.claim
            evidence = "; ".join(
                f"{weighed.judgement.label} by {weighed.passage.work}: {weighed.passage.quote}"
                for weighed in each.checked.evidence[:2]
            )
            yield (
                f"{called}  {claim.work}: {claim.quote} [{claim.subject} | {claim.data_set}] "
                f"expected {each.pair.gold.verdict} by {', '.join(each.pair.gold.evidence) or 'nothing'}, "
                f"found {each.checked.verdict}: {evidence}"
            )


def _labels(scores: LabelScores) -> Mapping[str, Any]:
    return {
        "macro_f1": _rounded(scores.macro_f1),
        "accuracy": _rounded(scores.accuracy),
        "f1": {each.label: _rounded(each.f1) for each in scores.labels},
        "gold": {each.label: each.gold for each in scores.labels},
        "confusion": [list(each) for each in scores.confusion],
    }


def _rounded(value: float) -> float:
    return round(value, 3)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.literature", description=__doc__)
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        help="planted papers with their gold; may be repeated (default: all in tests/literature/planted)",
    )
    parser.add_argument("--scifact", type=Path, help="a folder with SciFact's corpus and claims")
    parser.add_argument("--split", choices=SPLITS, default="dev", help="of SciFact (default: dev)")
    parser.add_argument("--wrong", action="store_true", help="also print every mistake")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
