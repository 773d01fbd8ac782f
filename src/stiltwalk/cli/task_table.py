"""The task records as Markdown tables: for ``stiltwalk tasks --markdown`` and the document made from it."""

from __future__ import annotations

from collections.abc import Iterable

from stiltwalk.spec.task import Split, SplitName, Task
from stiltwalk.spec.tasks import Catalogue
from stiltwalk.spec.tasks.benchmarks import XTREME, XTREME_R

GROUPS = (
    "Intermediate tasks",
    "Targets of XTREME",
    "Targets that XTREME-R adds",
    "Further targets",
    "Raw text for masked-LM training",
    "The pocket world",
)

_HEAD = ("task", "type", "languages", "train", "dev", "test", "metrics", "where from", "licence")
_UNKNOWN = "–"


def markdown(tasks: Catalogue) -> str:
    """``tasks`` as one Markdown table a group, each below a heading; groups without tasks are left out."""
    parts = []
    for group in GROUPS:
        members = [task for task in tasks.values() if _group(task) == group]
        if members:
            parts += [f"### {group}\n", _row(_HEAD), _row(["---"] * len(_HEAD))]
            parts += [_row(_cells(task)) for task in members]
            parts.append("")
    return "\n".join(parts)


def _group(task: Task) -> str:
    if task.generator is not None:
        return GROUPS[5]
    if "text" in task.stages:
        return GROUPS[4]
    if task.name in {each.task for each in XTREME.tasks}:
        return GROUPS[1]
    if task.name in {each.task for each in XTREME_R.tasks}:
        return GROUPS[2]
    return GROUPS[3] if "target" in task.stages else GROUPS[0]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _cells(task: Task) -> list[str]:
    return [
        f"`{task.name}`",
        task.type,
        f"{len(task.languages)}: {' '.join(sorted(task.languages))}",
        *(_size(task, name) for name in ("train", "dev", "test")),
        _metrics(task),
        _origin(task),
        task.licence,
    ]


def _size(task: Task, name: SplitName) -> str:
    """Examples in each language, and how many languages the split is translated into."""
    if name not in task.splits:
        return ""
    split = task.splits[name]
    translated = len(split.every_language) - len(split.languages)
    return _range(split) + (f", translated into {translated}" if translated else "")


def _range(split: Split) -> str:
    """One number or a range; whose, where only some are known."""
    known = _known(split)
    if not known:
        return _UNKNOWN
    least, most = min(known.values()), max(known.values())
    size = f"{least:,}" if least == most else f"{least:,}-{most:,}"
    return size if set(split.languages) <= set(known) else f"{size} ({' '.join(sorted(known))})"


def _known(split: Split) -> dict[str, int]:
    if split.made is not None:
        return dict.fromkeys(split.languages, split.made.examples)
    return {code: split.expected[code] for code in split.languages if code in split.expected}


def _metrics(task: Task) -> str:
    """Names of its metrics, those its score is made of in bold."""
    if task.scorer is None:
        return ""
    main = task.scoring.main
    return ", ".join(
        f"**{metric.name}**" if metric.name in main else metric.name for metric in task.scoring.metrics
    )


def _origin(task: Task) -> str:
    if task.generator is not None:
        return "generated"
    if task.parts:
        return ", ".join(part.name for part in task.parts)
    if task.hub is not None and task.hub.columns is not None:
        return f"hub `{task.hub.id}`, or its original files"
    return f"original files ({task.layout})"
