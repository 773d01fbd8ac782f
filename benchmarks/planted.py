"""What is found in a folder of planted papers, from the files to the verdicts, beside what a person found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from stiltwalk.literature.extraction.extract import claims_in
from stiltwalk.literature.extraction.sentences import sentences
from stiltwalk.literature.folder import read_folder
from stiltwalk.literature.full_text.extract import extracted
from stiltwalk.literature.full_text.reading import NoTextError, text_of
from stiltwalk.literature.gold import Gold, GoldClaim, GoldSentence
from stiltwalk.literature.judging.lexical import LexicalJudge
from stiltwalk.literature.judging.verify import verified
from stiltwalk.literature.matching import Pair, matched_sentences, pairs_of, same_sentence
from stiltwalk.literature.measuring import ExtractionScores, LabelScores, extraction_scores, label_scores
from stiltwalk.literature.merging import merged
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Checked, Passage
from stiltwalk.literature.records.papers import Text, Work
from stiltwalk.literature.records.synthesis import Question
from stiltwalk.literature.retrieval import Index
from stiltwalk.literature.screening import excluded_by_text, screened
from stiltwalk.literature.words import terms

QUESTION = "Does English intermediate-task training improve zero-shot cross-lingual transfer?"


class Chosen(NamedTuple):
    """What became of the works of a folder.

    Attributes:
        texts: file → its text, of included works; the text's ``work`` is that file, of two copies the first.
        wrong: sentences: works that gold has otherwise.
        right: how many works are as gold has them.
    """

    texts: Mapping[str, Text]
    wrong: tuple[str, ...]
    right: int


class Verdict(NamedTuple):
    """A claim of the gold, what was found for it, and what that was said to be."""

    pair: Pair
    checked: Checked | None


class Measured(NamedTuple):
    """How a folder went.

    Attributes:
        chosen: which papers were included.
        extraction: of the claims in them.
        end_to_end: verdicts on the claims that were extracted: one that was missed has no verdict, one that
            is not in the gold has one too many.
        given: verdicts on the claims of the gold, as if extraction were perfect.
        verdicts: behind ``end_to_end``.
        verdicts_given: behind ``given``.
        missed: sentences of the gold in which nothing was found.
        spurious: sentences that claims were found in and gold has not.
    """

    chosen: Chosen
    extraction: ExtractionScores
    end_to_end: LabelScores
    given: LabelScores
    verdicts: tuple[Verdict, ...]
    verdicts_given: tuple[Verdict, ...]
    missed: tuple[GoldSentence, ...]
    spurious: tuple[PaperClaim, ...]


def measured(gold: Gold, chosen: Chosen) -> Measured:
    """How claims are found in the papers that were ``chosen``, and judged by the offline judge."""
    included = {each.file for each in gold.documents if each.included}
    # a paper that should have been left out has no gold: that it was not is told by ``chosen`` alone
    found = [claim for file, text in chosen.texts.items() if file in included for claim in claims_in(text)]
    passages = [passage for text in chosen.texts.values() for passage in sentences(text)]
    matched = matched_sentences(found, gold.sentences)
    pairs = [pair for sentence in matched for pair in pairs_of(sentence)]
    given = [
        Pair(_as_claim(sentence, claim, number, passages), claim)
        for sentence in gold.sentences
        for number, claim in enumerate(sentence.claims)
    ]
    verdicts = _judged(pairs, passages)
    verdicts_given = _judged(given, passages)
    return Measured(
        chosen=chosen,
        extraction=extraction_scores(found, gold.sentences),
        end_to_end=_scores(verdicts),
        given=_scores(verdicts_given),
        verdicts=verdicts,
        verdicts_given=verdicts_given,
        missed=tuple(each.gold for each in matched if each.gold and not each.found),
        spurious=tuple(each.found[0] for each in matched if not each.gold),
    )


def as_gold(folder: Path, gold: Gold) -> Chosen:
    """The papers that gold includes, of two copies the first, without looking at any other."""
    files = [each.file for each in gold.documents if each.included and not each.duplicate_of]
    # PDF files and web pages are read by child processes: threads only wait for them
    with ThreadPoolExecutor(max_workers=2) as pool:
        texts = pool.map(lambda file: _text(folder, file), files)
        return Chosen(dict(zip(files, texts, strict=True)), (), len(files))


def _text(folder: Path, file: str) -> Text:
    content = (folder / file).read_bytes()
    found = extracted(content, file)
    return Text(
        work=file,
        of="full text",
        origin=file,
        sha256=hashlib.sha256(content).hexdigest(),
        text=found.text,
        sections=found.sections,
        language=found.language,
        notes=found.notes,
    )


def choose(folder: Path, gold: Gold) -> Chosen:
    """Read, merge, screen and read whole, as a synthesis does."""
    question = Question(text=QUESTION, folder=str(folder))
    asked = terms(question.text)
    works = merged(read_folder(folder).papers)
    left = screened(works, question, asked)
    reasons = {each.key: each.reason for each in left.excluded}
    first_of = {each.file: each.duplicate_of or each.file for each in gold.documents}
    texts: dict[str, Text] = {}
    for work in left.kept:
        try:
            text = text_of(work, folder=folder, client=None)
        except NoTextError as error:
            reasons[work.key] = error.reason
            continue
        out = excluded_by_text(work, text, question, asked)
        if out:
            reasons[work.key] = out.reason
        else:
            file = first_of.get(text.origin, text.origin)
            texts[file] = text.replace({"work": file})
    expected = {each.file: each.reason for each in gold.documents if not each.duplicate_of}
    got = {_file(work, first_of): reasons.get(work.key) for work in works}
    wrong = [
        f"{file}: expected {_said(expected, file)}, found {_said(got, file)}"
        for file in sorted({*expected, *got})
        if _said(expected, file) != _said(got, file)
    ]
    return Chosen(texts, tuple(wrong), len({*expected, *got}) - len(wrong))


def _said(reasons: Mapping[str, str | None], file: str) -> str:
    return f"'{reasons[file] or 'included'}'" if file in reasons else "no such work"


def _file(work: Work, first_of: Mapping[str, str]) -> str:
    """What gold calls a work: its file, of two copies the first, or an entry of a BibTeX file."""
    paths = [path for each in work.records for path in (each.id, *each.full_text)]
    names = [first_of[path] for path in paths if path in first_of]
    if names:
        return names[0]
    known = {file.partition("#")[2]: file for file in first_of if "#" in file}
    return next((known[key] for each in work.records for key in known if key in each.id), work.paper.id)


def _as_claim(
    sentence: GoldSentence, claim: GoldClaim, number: int, passages: Sequence[Passage]
) -> PaperClaim:
    """A claim of the gold as extraction would give it, at its place in the text."""
    at = next(
        (
            each
            for each in passages
            if each.work == sentence.file and same_sentence(each.quote, sentence.sentence)
        ),
        Passage(work=sentence.file, start=0, end=len(sentence.sentence), quote=sentence.sentence),
    )
    return PaperClaim(
        id=f"{sentence.file}:{at.start}:{number}",
        work=sentence.file,
        start=at.start,
        end=at.end,
        quote=at.quote,
        section=sentence.section,
        subject=claim.subject,
        comparison=claim.comparison,
        direction=claim.direction,
        metric=claim.metric,
        values=claim.values,
        data_set=claim.data_set,
        condition=claim.condition,
    )


def _judged(pairs: Sequence[Pair], passages: Sequence[Passage]) -> tuple[Verdict, ...]:
    index = Index(passages)
    checked = iter(verified([pair.found for pair in pairs if pair.found], index, LexicalJudge()))
    return tuple(Verdict(pair, next(checked) if pair.found else None) for pair in pairs)


def _scores(verdicts: Sequence[Verdict]) -> LabelScores:
    return label_scores(
        [each.checked.verdict if each.checked else None for each in verdicts],
        [each.pair.gold.verdict if each.pair.gold else None for each in verdicts],
    )
