"""Claims of papers: result-bearing sentences, taken apart, each with the place it stands at."""

from __future__ import annotations

from typing import Literal

from stiltwalk.spec.record import Record

Direction = Literal["better", "worse", "same", "unclear"]
"""What the subject is against the comparison: ``better`` also where a lower number is the better one."""

Unit = Literal["points", "percent", "score", "times", "other"]
"""Of a value: ``points``: a difference of scores, 0-100; ``percent``: a relative change, or a share that is
no score; ``score``: a score by its metric, on the scale it is printed on; ``times``: a factor; ``other``:
counts."""


class Value(Record):
    """A number as it stands in a claim.

    Attributes:
        text: as printed, with its sign and unit: ``+8.2 points``.
        number: positive where the text gives no sign; the direction is the claim's.
        unit: what it counts.
        decimals: digits behind the point as printed, which say how far it was rounded.
    """

    text: str
    number: float
    unit: Unit
    decimals: int = 0


class PaperClaim(Record):
    """One result that a sentence states; a sentence may state several. What it does not state is empty.

    Attributes:
        id: short, the same in every run: a digest of the work, the place and the number within the sentence.
        work: key of the work.
        start: the first character of the sentence in the work's text.
        end: the character behind it.
        quote: the text between them, to the letter.
        section: heading of the part that it stands in.
        subject: what is said to have the effect, as printed: ``intermediate training on SQuAD``.
        comparison: what it is compared with: ``no intermediate training``.
        direction: what the subject is against that.
        metric: ``accuracy``, ``F1``.
        values: the effect first, then the others.
        data_set: what it was measured on: ``XTREME``.
        condition: under which the claim is made: ``XLM-R Large``, ``zero-shot``, ``in Swahili``.
    """

    id: str
    work: str
    start: int
    end: int
    quote: str
    section: str = ""
    subject: str
    comparison: str = ""
    direction: Direction = "unclear"
    metric: str = ""
    values: tuple[Value, ...] = ()
    data_set: str = ""
    condition: str = ""
