"""XTREME and XTREME-R: their groups, languages and scorers, and what submissions to them are called.

Facts are those of google-research/xtreme ``evaluate.py``, but for XTREME-R's group table, where that script
holds XCOPA in two groups and LAReQA in none and without languages, so that it can never print a total. Here
every task is in the group of its kind once, and LAReQA has the eleven languages of XQuAD-R. That script reads
no LAReQA files; ours have the layout of Mewsli-X.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, Group, SubmissionLayout
from stiltwalk.spec.errors import unknown_name

_XNLI = "ar bg de el en es fr hi ru sw th tr ur vi zh"
_XQUAD = "ar de el en es hi ru th tr vi zh"
_MLQA = "ar de en es hi vi zh"
_TYDIQA = "ar bn en fi id ko ru sw te"
_UDPOS = "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl tr ur vi yo zh"
_PANX = (
    "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th "
    "tl tr ur vi yo zh"
)
_TATOEBA = (
    "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl tr ur "
    "vi zh"
)


def _task(
    name: str,
    layout: SubmissionLayout,
    languages: str,
    scorer: str,
    folder: str | None = None,
) -> BenchmarkTask:
    return BenchmarkTask(
        task=name,
        folder=folder or name,
        layout=layout,
        languages=tuple(sorted(languages.split())),
        scorer=scorer,
    )


_SAME_QA = (
    _task("mlqa", "answers", _MLQA, "mlqa"),
    _task("tydiqa", "answers", _TYDIQA, "squad1"),
)

XTREME = Benchmark(
    name="xtreme",
    title="XTREME",
    groups=(
        Group(
            name="classification",
            tasks=(
                _task("xnli", "labels", _XNLI, "accuracy"),
                _task("pawsx", "labels", "de en es fr ja ko zh", "accuracy"),
            ),
        ),
        Group(
            name="tagging",
            tasks=(_task("udpos", "tags", _UDPOS, "udpos"), _task("panx", "tags", _PANX, "ner")),
        ),
        Group(name="qa", tasks=(_task("xquad", "answers", _XQUAD, "squad1"), *_SAME_QA)),
        Group(
            name="retrieval",
            tasks=(
                _task("bucc", "pairs", "de fr ru zh", "mining", folder="bucc2018"),
                _task("tatoeba", "rows", _TATOEBA, "accuracy"),
            ),
        ),
    ),
    citation="Hu et al. 2020, arXiv 2003.11080",
)

XTREME_R = Benchmark(
    name="xtreme-r",
    title="XTREME-R",
    groups=(
        Group(
            name="classification",
            tasks=(
                _task("xnli", "labels", _XNLI, "accuracy"),
                _task("xcopa", "choices", "et ht id it qu sw ta th tr vi zh", "accuracy"),
            ),
        ),
        Group(
            name="tagging",
            tasks=(
                _task("udpos", "tags", f"{_UDPOS} lt pl ro uk wo", "udpos"),
                _task("panx", "tags", f"{_PANX} az gu lt pa pl qu ro uk", "ner"),
            ),
        ),
        Group(name="qa", tasks=(_task("xquad", "answers", f"{_XQUAD} ro", "squad1"), *_SAME_QA)),
        Group(
            name="retrieval",
            tasks=(
                # vectors of the encoder trained on SQuAD, where XTREME takes the untrained one
                _task("tatoeba-squad", "rows", f"{_TATOEBA} az lt pl ro uk", "accuracy", folder="tatoeba"),
                _task("mewslix", "rankings", "ar de en es fa ja pl ro ta tr uk", "map@20"),
                _task("lareqa", "rankings", _XQUAD, "map@20"),
            ),
        ),
    ),
    citation="Ruder et al. 2021, arXiv 2104.07412",
)

BENCHMARKS: Mapping[str, Benchmark] = {benchmark.name: benchmark for benchmark in (XTREME, XTREME_R)}


def find_benchmark(name: str) -> Benchmark:
    """The benchmark called ``name``.

    Raises:
        UnknownNameError: no such benchmark; the nearest known one is suggested.
    """
    if name not in BENCHMARKS:
        raise unknown_name("benchmark", name, BENCHMARKS)
    return BENCHMARKS[name]


def expanded(targets: Iterable[object]) -> list[object]:
    """``targets`` of a study file, each benchmark's name replaced by its tasks with its languages."""
    found: list[object] = []
    for target in targets:
        if isinstance(target, str) and target in BENCHMARKS:
            tasks = BENCHMARKS[target].tasks
            found += [{"task": each.task, "languages": list(each.languages)} for each in tasks]
        else:
            found.append(target)
    return found
