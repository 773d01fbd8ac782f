"""Gold: what a person found in the papers of a folder, by which extraction and judging are measured."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stiltwalk.literature.json_lines import as_record, json_lines
from stiltwalk.literature.records.claims import Direction, Value
from stiltwalk.literature.records.evidence import Label
from stiltwalk.literature.records.synthesis import Reason
from stiltwalk.spec.record import Record


class GoldClaim(Record):
    """A result as a person reads it in a sentence; slots as those of a ``PaperClaim``.

    Attributes:
        subject: what is said to have the effect.
        comparison: what it is compared with.
        direction: what the subject is against that.
        metric: by which it was measured.
        values: the effect first, if the sentence prints it.
        data_set: what it was measured on.
        condition: under which the claim is made.
        verdict: by the other included papers.
        disputed: whether as many papers speak for it as against it.
        evidence: files of the papers that decided; of a dispute those on both sides.
    """

    subject: str
    comparison: str = ""
    direction: Direction = "unclear"
    metric: str = ""
    values: tuple[Value, ...] = ()
    data_set: str = ""
    condition: str = ""
    verdict: Label
    disputed: bool = False
    evidence: tuple[str, ...] = ()


class GoldSentence(Record):
    """A sentence that states results.

    Attributes:
        file: the paper's, below the folder.
        section: heading of the part that it stands in.
        sentence: to the letter, but for white space.
        claims: every result that it states.
    """

    file: str
    section: str = ""
    sentence: str
    claims: tuple[GoldClaim, ...]


class GoldDocument(Record):
    """A file of the folder, and what is to become of it.

    Attributes:
        file: below the folder; an entry of a BibTeX file without a paper of its own is ``FILE#KEY``.
        title: as printed; empty: it has none.
        year: of publication.
        included: whether claims are to be taken from it.
        reason: why not; empty: they are.
        duplicate_of: the file that is the same paper.
    """

    file: str
    title: str = ""
    year: int | None = None
    included: bool
    reason: Reason | None = None
    duplicate_of: str = ""


class Gold(NamedTuple):
    """Everything that is known of a folder.

    Attributes:
        sentences: in the order of files and places.
        documents: in the same order.
    """

    sentences: tuple[GoldSentence, ...]
    documents: tuple[GoldDocument, ...]


SENTENCES = "gold.jsonl"
DOCUMENTS = "documents.jsonl"


def read_gold(folder: Path) -> Gold:
    """The gold that lies beside the papers of ``folder``: ``gold.jsonl`` and ``documents.jsonl``.

    Raises:
        DataError: a file cannot be read, or a line is not what it should be.
    """
    sentences = folder / SENTENCES
    documents = folder / DOCUMENTS
    return Gold(
        tuple(as_record(sentences, line, GoldSentence, "gold sentence") for line in json_lines(sentences)),
        tuple(as_record(documents, line, GoldDocument, "gold document") for line in json_lines(documents)),
    )
