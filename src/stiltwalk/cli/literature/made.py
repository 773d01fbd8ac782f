"""Making a synthesis, for the command and for Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from stiltwalk.cli.literature.asked import Asked, endpoints_of, question_of
from stiltwalk.cli.literature.models import chosen_encoder, chosen_judge
from stiltwalk.cli.literature.plugged import plugged_reviewer
from stiltwalk.literature.asking import require_searchable
from stiltwalk.literature.keeping import checked_name, name_for
from stiltwalk.literature.records.evidence import Judge
from stiltwalk.literature.records.synthesis import Question, Reviewer, Synthesis
from stiltwalk.literature.review import review
from stiltwalk.literature.reviewing.every import REVIEWERS
from stiltwalk.literature.stages import Say, unheard
from stiltwalk.store.store import Store


class Ready(NamedTuple):
    """What is asked, once it is known that it can be.

    Attributes:
        question: what is asked, and where is searched.
        name: by which it is kept.
        endpoints: database → address to ask in place of its own.
        asked: the options.
    """

    question: Question
    name: str
    endpoints: Mapping[str, str]
    asked: Asked


def ready(text: str, asked: Asked) -> Ready:
    """What ``text`` and options ask, looked at before anything is searched or loaded.

    Raises:
        UserError: it cannot be searched for, or may not be called so.
    """
    question = question_of(text, asked)
    require_searchable(question)
    name = name_for(question.text) if asked.name is None else checked_name(asked.name)
    return Ready(question, name, endpoints_of(asked), asked)


def made(
    what: Ready,
    store: Store,
    *,
    say: Say = unheard,
    tell: Callable[[str], None] = lambda _: None,
    judge: Judge | None = None,
    reviewers: Sequence[Reviewer] = (),
) -> Synthesis:
    """The synthesis of ``what``, kept in ``store``; see ``literature.review.review``.

    Args:
        what: is asked.
        store: where it is kept.
        say: hears how far each stage is.
        tell: hears sentences of whoever asks databases.
        judge: in place of the one that is asked for.
        reviewers: further ones.

    Raises:
        UserError: a model cannot be had, or see there.
    """
    asked = what.asked
    further = [*map(plugged_reviewer, asked.reviewers), *reviewers]
    chosen = chosen_judge(asked.judge, store) if judge is None else judge
    return review(
        what.question,
        what.name,
        store,
        judge=chosen,
        embed=chosen_encoder(asked.encoder, store),
        reviewers=(*REVIEWERS.values(), *further),
        offline=asked.offline,
        max_age=None if asked.max_age is None else timedelta(days=asked.max_age),
        endpoints=what.endpoints,
        say=say,
        tell=tell,
    )
