"""A review: from a question to a synthesis, each stage kept, so that one that was killed goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from stiltwalk.literature.asking import require_searchable
from stiltwalk.literature.extraction.extract import claims_in
from stiltwalk.literature.extraction.sentences import sentences
from stiltwalk.literature.extraction.suspicious import suspicious
from stiltwalk.literature.finding import Identified, find_papers
from stiltwalk.literature.including import Included, include
from stiltwalk.literature.judging.lexical import LexicalJudge
from stiltwalk.literature.judging.verify import verified
from stiltwalk.literature.keeping import (
    FILES,
    JUDGEMENTS,
    RESPONSES,
    TEXTS,
    home,
    keep_question,
    keep_synthesis,
)
from stiltwalk.literature.kept_files import KeptFiles
from stiltwalk.literature.kept_texts import KeptTexts
from stiltwalk.literature.merging import merged
from stiltwalk.literature.noting import warnings_of
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Checked, Embed, Judge, Passage
from stiltwalk.literature.records.papers import Text, Work
from stiltwalk.literature.records.synthesis import Question, Read, Reviewer, Screening, Synthesis
from stiltwalk.literature.remembering import RememberingJudge
from stiltwalk.literature.retrieval import Index
from stiltwalk.literature.reviewing.every import REVIEWERS, scores_of
from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import MAILTO, Client
from stiltwalk.literature.stages import Say, Stage, unheard
from stiltwalk.store.disk import writing
from stiltwalk.store.store import Store

NO_ENDPOINTS: Final[Mapping[str, str]] = MappingProxyType({})


def in_utc() -> datetime:
    """Now."""
    return datetime.now(UTC)


def review(
    question: Question,
    name: str,
    store: Store,
    *,
    judge: Judge,
    embed: Embed | None = None,
    reviewers: Sequence[Reviewer] = tuple(REVIEWERS.values()),
    offline: bool = False,
    max_age: timedelta | None = None,
    endpoints: Mapping[str, str] = NO_ENDPOINTS,
    client: Client | None = None,
    say: Say = unheard,
    tell: Callable[[str], None] = lambda _: None,
    now: Callable[[], datetime] = in_utc,
) -> Synthesis:
    """Search, merge, screen, read, extract, retrieve, judge and score; keep what comes of it as ``name``.

    What databases answered, what was read and what was judged is kept on the way. So whatever is killed goes
    on when it is asked again, asks no database the same thing twice, and ends in the same synthesis, but for
    when it was made.

    Args:
        question: what is asked, and where is searched.
        name: by which it is kept; see ``keeping.name_for``.
        store: where all of it is kept.
        judge: whose labels count.
        embed: an encoder, if evidence is to be searched for by one too.
        reviewers: who score what came out.
        offline: whether only what was fetched before is used.
        max_age: databases are asked again for what is kept for longer; ``None``: they never are.
        endpoints: database → address to ask in place of its own.
        client: who asks in place of the polite client that keeps its answers in the store.
        say: hears how far each stage is.
        tell: hears sentences of whoever asks: that a database has to be waited for, for instance.
        now: the clock.

    Raises:
        UserError: the question cannot be searched for, another one is kept under this name, all sources
            failed, the judge or a reviewer does not answer as it should, or the store cannot be written.
    """
    terms = require_searchable(question)
    with writing(store.root):
        keep_question(store, name, question)
        polite = client
        if client is None and question.sources:
            polite = _polite(store, offline, max_age, endpoints, tell)
        apart = KeptFiles(home(store) / FILES).taken_apart
        with _closing(polite) as who:
            found = find_papers(question, who, endpoints, apart, say)
            works = merged(found.papers)
            kept = KeptTexts(home(store) / TEXTS)
            chosen = include(works, question, terms, kept, who, apart, say)
        extracted = _extract(chosen.texts, say)
        with _remembering(judge, store) as remembering:
            held = _hold_against(extracted, chosen.works, remembering, embed, say)
        made = Synthesis(
            name=name,
            question=question,
            terms=terms,
            made=now().isoformat(timespec="seconds"),
            searched=found.searched,
            screening=_screening(found, works, chosen),
            works=chosen.works,
            read=tuple(map(_read, chosen.texts)),
            checked=held.checked,
            judge=judge.name,
            retrieval=held.retrieval,
            suspicious=extracted.suspicious,
            warnings=warnings_of(found.searched, chosen, extracted.suspicious),
        )
        say(Stage("review", 0, len(reviewers)))
        synthesis = made.model_copy(update={"scores": scores_of(made, reviewers)})
        keep_synthesis(store, synthesis)
        say(Stage("review", len(reviewers), len(reviewers)))
    return synthesis


def _polite(
    store: Store,
    offline: bool,
    max_age: timedelta | None,
    endpoints: Mapping[str, str],
    tell: Callable[[str], None],
) -> PoliteClient:
    return PoliteClient(
        home(store) / RESPONSES,
        offline=offline,
        max_age=None if max_age is None else max_age.total_seconds(),
        mailto=os.environ.get(MAILTO, ""),
        say=tell,
        trusted=tuple(endpoints.values()),
    )


@contextmanager
def _closing(client: Client | None) -> Iterator[Client | None]:
    """``client``, and its connections closed at the end, if it has any; ``None`` where nobody is asked."""
    if isinstance(client, PoliteClient):
        with client:
            yield client
    else:
        yield client


@contextmanager
def _remembering(judge: Judge, store: Store) -> Iterator[Judge]:
    """``judge``, which is not asked twice for the same; the one by rules is, whatever these are now.

    It is as quick as what was kept is read, and what it says also depends on how sentences are taken apart.
    """
    if isinstance(judge, LexicalJudge):
        yield judge
        return
    with RememberingJudge(judge, home(store) / JUDGEMENTS) as remembering:
        yield remembering


class _Extracted(NamedTuple):
    """What stands in all texts.

    Attributes:
        claims: in the order of works and places.
        passages: sentences that may be evidence.
        suspicious: passages that are neither.
    """

    claims: tuple[PaperClaim, ...]
    passages: tuple[Passage, ...]
    suspicious: tuple[Passage, ...]


def _extract(texts: Sequence[Text], say: Say) -> _Extracted:
    claims: list[PaperClaim] = []
    passages: list[Passage] = []
    odd: list[Passage] = []
    for done, text in enumerate(texts):
        say(Stage("extract", done, len(texts), f"{len(claims)} claims"))
        own = suspicious(text)
        odd += own
        claims += [each for each in claims_in(text) if not _meets(each, own)]
        passages += [each for each in sentences(text) if not _meets(each, own)]
    say(Stage("extract", len(texts), len(texts), f"{len(claims)} claims"))
    return _Extracted(tuple(claims), tuple(passages), tuple(odd))


def _meets(place: PaperClaim | Passage, odd: Sequence[Passage]) -> bool:
    """Whether a place of a text shares characters with a passage of it that addresses a machine."""
    return any(place.start < each.end and each.start < place.end for each in odd)


class _Held(NamedTuple):
    """Claims that were held against the passages of other works, and how these were searched for."""

    checked: tuple[Checked, ...]
    retrieval: str


def _hold_against(
    extracted: _Extracted, works: Sequence[Work], judge: Judge, embed: Embed | None, say: Say
) -> _Held:
    total = len(extracted.claims)
    say(Stage("retrieve", 0, 1, f"{len(extracted.passages)} sentences"))
    index = Index(extracted.passages, embed)
    say(Stage("retrieve", 1, 1, f"{len(extracted.passages)} sentences"))
    say(Stage("judge", 0, total))
    checked: list[Checked] = []
    authors = {work.key: work.paper.authors for work in works}
    for each in verified(extracted.claims, index, judge, authors=authors):
        checked.append(each)
        say(Stage("judge", len(checked), total))
    return _Held(tuple(checked), index.name)


def _screening(found: Identified, works: Sequence[Work], chosen: Included) -> Screening:
    return Screening(
        identified=len(found.papers),
        duplicates=len(found.papers) - len(works),
        excluded=chosen.excluded,
        included=tuple(work.key for work in chosen.works),
        full_texts=sum(text.of == "full text" for text in chosen.texts),
    )


def _read(text: Text) -> Read:
    return Read(
        work=text.work,
        of=text.of,
        origin=text.origin,
        sha256=text.sha256,
        language=text.language,
        characters=len(text.text),
        notes=text.notes,
    )
