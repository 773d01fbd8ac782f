"""References: the papers behind a study, its data with their licences, its claims, its statistics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from stiltwalk.render.contents import Reference
from stiltwalk.spec.claims import Claim
from stiltwalk.spec.published import Published
from stiltwalk.spec.study import Study
from stiltwalk.spec.task import Task
from stiltwalk.spec.tasks import Catalogue, find_task
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

_ARXIV: Final = "https://arxiv.org/abs/"
_NUMBER: Final = re.compile(r",? arXiv (\d{4}\.\d{4,5})")

METHOD: Final = Reference(
    "Phang et al. 2020",
    "Jason Phang, Iacer Calixto, Phu Mon Htut, Yada Pruksachatkun, Haokun Liu, Clara Vania, Katharina Kann "
    "and Samuel R. Bowman (2020). English Intermediate-Task Training Improves Zero-Shot Cross-Lingual "
    "Transfer Too. AACL-IJCNLP. arXiv 2005.13013.",
    f"{_ARXIV}2005.13013",
)
"""Whose pipeline this is."""

_OF_BENCHMARKS: Final = {
    "xtreme": Reference(
        "Hu et al. 2020",
        "Junjie Hu, Sebastian Ruder, Aditya Siddhant, Graham Neubig, Orhan Firat and Melvin Johnson (2020). "
        "XTREME: A Massively Multilingual Multi-task Benchmark for Evaluating Cross-lingual Generalization. "
        "ICML. arXiv 2003.11080.",
        f"{_ARXIV}2003.11080",
    ),
    "xtreme-r": Reference(
        "Ruder et al. 2021",
        "Sebastian Ruder, Noah Constant, Jan Botha, Aditya Siddhant, Orhan Firat, Jinlan Fu, Pengfei Liu, "
        "Junjie Hu, Dan Garrette, Graham Neubig and Melvin Johnson (2021). XTREME-R: Towards More "
        "Challenging and Nuanced Multilingual Evaluation. EMNLP. arXiv 2104.07412.",
        f"{_ARXIV}2104.07412",
    ),
}

STATISTICS: Final = (
    Reference(
        "Smyth 2004",
        "Gordon K. Smyth (2004). Linear Models and Empirical Bayes Methods for Assessing Differential "
        "Expression in Microarray Experiments. Statistical Applications in Genetics and Molecular Biology 3. "
        "How far runs vary is told by all arms together.",
        "https://doi.org/10.2202/1544-6115.1027",
    ),
    Reference(
        "Holm 1979",
        "Sture Holm (1979). A Simple Sequentially Rejective Multiple Test Procedure. Scandinavian Journal of "
        "Statistics 6, 65-70. p-values of several arms.",
        "https://www.jstor.org/stable/4615733",
    ),
    Reference(
        "Benjamini and Hochberg 1995",
        "Yoav Benjamini and Yosef Hochberg (1995). Controlling the False Discovery Rate: A Practical and "
        "Powerful Approach to Multiple Testing. Journal of the Royal Statistical Society B 57, 289-300. "
        "p-values of several arms, the other way.",
        "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x",
    ),
    Reference(
        "Welch 1947",
        "B. L. Welch (1947). The Generalization of 'Student's' Problem when Several Different Population "
        "Variances are Involved. Biometrika 34, 28-35. Intervals whose variance is the sum of two.",
        "https://doi.org/10.1093/biomet/34.1-2.28",
    ),
)
"""What intervals and p-values are made by."""


def references(
    study: Study, tasks: Catalogue, claims: Iterable[Claim] = (), published: Iterable[Published] = ()
) -> tuple[Reference, ...]:
    """What a report of ``study`` cites: the method, benchmarks, data, claims, published numbers, statistics.

    Each key once; data that a paper cited before has brought is said with it. Texts are plain, on one line.

    Args:
        study: with its arms and targets.
        tasks: every task that it may name.
        claims: those that are held against it.
        published: numbers that stand beside its own.
    """
    found = {METHOD.key: METHOD}
    rest = {target.task for target in study.targets}
    for name, each in _OF_BENCHMARKS.items():  # a task of both is the first's
        own = rest & {task.task for task in BENCHMARKS[name].tasks}
        rest -= own
        if own:
            found[each.key] = each
    for each in (*_data(study, tasks), *_claims(claims)):
        before = found.get(each.key)
        found[each.key] = before._replace(text=_joined(before, each)) if before else each
    for each in (*_published(published), *STATISTICS):
        found.setdefault(each.key, each)
    return tuple(found.values())


def _joined(before: Reference, each: Reference) -> str:
    """The text of ``before``, and what ``each`` says of what it is cited for."""
    said = each.text.removeprefix(each.key).lstrip(",. ")
    said = _NUMBER.sub("", f" {said}", count=1).lstrip(",. ") if each.url else said
    return before.text if said in before.text else f"{before.text} {said}"


def _data(study: Study, tasks: Catalogue) -> Iterator[Reference]:
    """A reference for each paper that the data of the study comes from, with the licences of that data."""
    found: dict[Reference, dict[str, list[str]]] = {}
    for task in _used(study, tasks):
        parts = [each for each in map(str.strip, task.citation.split(";")) if each]
        for each in map(_cited, parts) if parts else [Reference(task.title, "")]:
            found.setdefault(each, {}).setdefault(task.licence, []).append(task.title)
    for each, licences in found.items():
        said = [f"Data of {', '.join(titles)}; licence: {licence}." for licence, titles in licences.items()]
        yield each._replace(text=" ".join(filter(None, (each.text, *said))))


_OURS: Final = "this project"
"""How tasks are cited whose examples stiltwalk makes."""


def _used(study: Study, tasks: Catalogue) -> list[Task]:
    """Targets, what they train on, what arms train on, and the parts of all of these; each once."""
    names = [target.task for target in study.targets]
    for target in study.targets:
        names += target.trains_on or find_task(target.task, tasks).trains_on
    names += [name for arm in study.intermediate for name in arm.trained]
    names += study.raw_text
    found: dict[str, Task] = {}
    for name in names:
        task = find_task(name, tasks)
        for each in (task, *task.parts):
            found.setdefault(each.name, each)
    return list(found.values())


def _claims(claims: Iterable[Claim]) -> Iterator[Reference]:
    """Papers that claims are from; questions of our own are from none."""
    places: dict[tuple[str, str, bool], list[str]] = {}
    for claim in claims:
        if claim.source.arxiv:
            key = (claim.source.paper, claim.source.arxiv, claim.source.recalled)
            places.setdefault(key, []).append(claim.id)
    for (paper, number, recalled), ids in places.items():
        mind = " (recalled, not read)" if recalled else ""
        said = f"Claims {', '.join(ids)}{mind}."
        yield Reference(paper, f"{paper}, arXiv {number}. {said}", f"{_ARXIV}{number}")


def _published(rows: Iterable[Published]) -> Iterator[Reference]:
    """Documents that published numbers were read in, or are said to stand in."""
    by_source: dict[str, list[bool]] = {}
    for each in rows:
        by_source.setdefault(each.source, []).append(each.recalled)
    for source, recalled in by_source.items():
        number = re.search(r"arXiv (\d{4}\.\d{4,5})", source)
        yield Reference(
            source,
            f"{source}. Published numbers: {_standing(recalled)}.",
            f"{_ARXIV}{number[1]}" if number else "",
        )


def _standing(recalled: Sequence[bool]) -> str:
    if all(recalled):
        return "recalled, never read there"
    return (
        f"read there, but {sum(recalled)} of {len(recalled)} that are recalled"
        if any(recalled)
        else "read there"
    )


def _cited(part: str) -> Reference:
    """A short reference such as ``Hu et al. 2020, arXiv 2003.11080``, without what it is cited for."""
    if part == _OURS:
        return Reference("stiltwalk", "stiltwalk, a miniature world of its own.")
    number = _NUMBER.search(part)
    return Reference(_NUMBER.sub("", part), f"{part}.", f"{_ARXIV}{number[1]}" if number else "")
