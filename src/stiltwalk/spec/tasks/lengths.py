"""How long the examples of a task usually are, for plans of what is not on this machine.

Counted by this project with mBERT's cased vocabulary on up to 150 examples of each file that it had: means of
the English data where a task has some, else of the languages that were there. XLM-R's vocabulary makes about
as many sub-words of English, and fewer of most other languages. What was counted on sister data is marked.
Tasks that are not here were not counted: a plan then says 'at most'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stiltwalk.spec.task import Task


class Usual(NamedTuple):
    """What an example comes to.

    Attributes:
        tokens: sub-words of a training item, all its rows together, at no more than 384 (question answering)
            or 512 a row.
        rows: sequences of an item.
        items: items of an example: windows of a long context, or sentences that are read alone.
    """

    tokens: float
    rows: float = 1.0
    items: float = 1.0


_SQUAD = Usual(200)  # SQuAD's dev set
_NLI = Usual(38)  # XNLI in English, written to the same rules
_SQUAD_PAIRS = Usual(247, rows=2)
_SENTENCES = Usual(12.6, items=2)

TYPICAL: Mapping[str, Usual] = {
    "sick": Usual(25),
    "snli": Usual(27),  # by the bytes that its card says (66,159,510 of 550,152 rows), 4.2 a sub-word
    "mnli": _NLI,
    "commonsenseqa": Usual(109, rows=5),
    "cosmosqa": Usual(445, rows=4),
    "socialiqa": Usual(100, rows=3),
    "copa": Usual(55, rows=2),  # e-CARE, which is made like it
    "ecare": Usual(56, rows=2),
    "squad": _SQUAD,
    "squad-dev-unseen": Usual(192),
    "squad2": Usual(181),
    "uner": Usual(28),
    "xnli": Usual(44),
    "pawsx": Usual(57),
    "udpos": Usual(32),
    "panx": Usual(13),
    "xquad": Usual(266, items=1.4),
    "mlqa": Usual(216, items=1.15),
    "tydiqa": Usual(170, items=1.1),
    "tydiqa-translated": Usual(162, items=1.03),
    "tatoeba": _SENTENCES,
    "tatoeba-squad": _SENTENCES,
    "tatoeba-laser": _SENTENCES,
    "xcopa": Usual(65, rows=2),
    "squad-pairs": _SQUAD_PAIRS,
    "squad-dev-pairs": Usual(236, rows=2),
    "lareqa": Usual(155),
    "kornli": Usual(49),
    "americasnli": Usual(60),
    "masakhaner": Usual(50),
    "xnli-translate-test": _NLI,
    "pawsx-translate-test": Usual(52),  # English: a little shorter than the German that was counted
    "bible": Usual(45),
    "multi30k": Usual(18),
    "udhr": Usual(77),
}


USUAL_COUNTS: Mapping[tuple[str, str], int] = {
    ("udpos", "test"): 909,
    ("tydiqa", "test"): 614,
    ("tydiqa", "dev"): 440,
    # 14,624 and 2,991 mentions in 11 languages (the task's published counts)
    ("mewslix", "test"): 1329,
    ("mewslix", "dev"): 272,
}
"""Task and split → examples a language, where a record knows none; means of the languages counted here."""

USUAL_CANDIDATES: Mapping[str, int] = {"mewslix": 1_003_893}
"""Task → candidates that queries of all languages are answered from, as published."""


_ROWS: Mapping[str, int] = {"multiple-choice": 5, "sentence-retrieval": 2}
"""Task type → most sequences of a training item, where nothing is known of the task; the tasks here have no
more."""

_CHOICES: Mapping[str, int] = {"hellaswag": 4, "cosmosqa": 4}


def most_rows(task: Task) -> int:
    """Most sequences that an item of ``task`` has."""
    return _CHOICES.get(task.name) or _ROWS.get(task.type, 1)


def usual_length(task: Task, max_tokens: int) -> Usual | None:
    """What an example of ``task`` usually comes to, no row beyond ``max_tokens``; ``None``: not known."""
    found = TYPICAL.get(task.name)
    return None if found is None else found._replace(tokens=min(found.tokens, found.rows * max_tokens))
