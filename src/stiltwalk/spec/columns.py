"""Columns: how the rows of a table (TSV, CSV, JSON lines, Parquet) become examples, as facts."""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.record import Record


class Columns(Record):
    """How one row becomes one example.

    Texts are templates: ``{name}`` stands for the text in the column ``name``, ``{outer.inner}`` for a field
    of an object. Which fields are read depends on the task's type.

    Attributes:
        id: template of the example's id; ``None``: the row's number among those that meet
            ``where``, counted from 1.
        group: template of the group a row may not be parted from (an article); ``None``: it stands alone.
        text_a: ``sequence-classification``: the first text; ``sentence-retrieval``: the sentence.
        text_b: ``sequence-classification``: the second text, if there is one; ``sentence-retrieval``: the
            English sentence that means the same.
        prompt: ``multiple-choice``: what the choices continue.
        choices: ``multiple-choice``: a template for each choice, where each has columns of its own.
        choice_list: ``multiple-choice``: a column (or ``outer.inner``) with a list of choices instead.
        choice: template of one choice of that list, which stands for ``{choice}`` in it.
        words: ``token-classification``: a column with a list of words.
        tags: ``token-classification``: a column with a list of tags, as many.
        question: ``question-answering``: template of the question.
        context: ``question-answering``: a column.
        answers: ``question-answering``: a column with lists ``text`` and ``answer_start``, as on the hub.
        line: ``masked-lm``: the text.
        lines: ``masked-lm``: every line of that text is an example of its own, where the text is an article.
        label: the column with the gold label, or with the right choice.
        labels: what stands in that column → the label's name, or the choice's number counted from 0; what is
            not named here stands for itself.
        unlabelled: what stands there in rows without a gold label, which are left out.
        values: column → what stands there → the text that templates get for it.
        where: column → pattern (``*``; ``{language}``, ``{code}`` filled in) that a row must meet.
        blank: columns whose text may be blank.
        gaps: rows in which any other text is blank are left out, and keep their number: machine translations
            have such rows. Otherwise they are refused.
        header: names of the columns, where the file has no header line.
        beside: where there are two files, the second gives one more column of this name, a line a row.
        short_rows: rows with too few columns are known to be in the published files, and left out.
    """

    id: str | None = None
    group: str | None = None
    text_a: str | None = None
    text_b: str | None = None
    prompt: str | None = None
    choices: tuple[str, ...] = ()
    choice_list: str | None = None
    choice: str = "{choice}"
    words: str | None = None
    tags: str | None = None
    question: str | None = None
    context: str | None = None
    answers: str | None = None
    line: str | None = None
    lines: bool = False
    label: str | None = None
    labels: Mapping[str, str] = {}
    unlabelled: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = {}
    where: Mapping[str, str] = {}
    blank: tuple[str, ...] = ()
    gaps: bool = False
    header: tuple[str, ...] = ()
    beside: str | None = None
    short_rows: bool = False


NEEDED: Mapping[str, tuple[str, ...]] = {
    "sequence-classification": ("text_a", "label"),
    "multiple-choice": ("prompt", "label"),
    "token-classification": ("words", "tags"),
    "question-answering": ("question", "context", "answers"),
    "sentence-retrieval": ("text_a", "text_b"),
    "masked-lm": ("line",),
}
"""Task type → the fields without which its examples cannot be made."""


def lacking(task_type: str, columns: Columns) -> list[str]:
    """The fields that ``columns`` lacks for a task of this type."""
    absent = [name for name in NEEDED[task_type] if getattr(columns, name) is None]
    if task_type == "multiple-choice" and bool(columns.choices) == (columns.choice_list is not None):
        absent.append("choices or choice_list (one of them)")
    return absent
