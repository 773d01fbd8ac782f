"""``conllu``: Universal Dependencies treebanks, read as XTREME reads them for UD-POS.

XTREME (google-research/xtreme 0918248) turns CoNLL-U into plain tagging data in two steps,
``third_party/ud-conversion-tools`` and ``utils_preprocess.py``. The rules are kept here in one pass:

- a fused word ("don't" = "do" + "n't") stays one word;
- empty nodes (8.1) and empty sentences are left out;
- so are sentences made of underscores, whose words the licence withholds (NYUAD);
- U+200C and spaces inside words are deleted.

A fused word takes the first tag of the language's preference list that one of its parts has. XTREME's
converter looks at the tree first: the part nearest to the root gives the tag, and the list decides among
parts equally near. Measured on the English, Finnish, French, German and Spanish treebanks the two disagree
about 0 to 2 % of fused words, and about 5 to 8 % in EWT if its enhanced dependencies, which the converter
also takes for tree edges, are counted. Where no part's tag is in the list, the tree decides here as well:
the part nearest to the root, the first of several.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from stiltwalk.data.files import plain_name, read_lines
from stiltwalk.data.labels import require_tag
from stiltwalk.data.reader import Grouped
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Tagged
from stiltwalk.spec.task import Task

_COLUMNS = 10
_UNDERSCORE = "_"
_ZERO_WIDTH_NON_JOINER = "\u200c"


class _Word(NamedTuple):
    """A syntactic word: the columns that matter."""

    line: int
    form: str
    tag: str
    head: str


class _Fused(NamedTuple):
    """A fused word and the id of its last part."""

    form: str
    last: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence: its ``words`` by their place from 1, and its ``fused`` words by their first part."""

    id: str
    group: str
    words: Sequence[_Word]
    fused: Mapping[int, _Fused]


def read(task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every sentence that the rules above keep, in the order of the files.

    The id is ``TREEBANK:SENT_ID``, or the sentence's number where there is no ``sent_id``; the group is the
    document where ``newdoc`` marks one, else the sentence.

    Args:
        task: gives the label set and the preference lists.
        language: whose preference list is taken; that of ``""`` if it has none of its own.
        paths: the treebanks' files.

    Raises:
        DataError: a line has not ten columns, a word id is out of turn, a tag is not in the label set, or the
            file does not end in a blank line (it is cut short).
    """
    preference = task.tag_preference.get(language, task.tag_preference.get("", ()))
    for path in paths:
        for sentence in _sentences(path):
            forms, tags = _joined(sentence, preference)
            if _withheld(forms):
                continue
            for word in sentence.words:
                require_tag(word.tag, task, path, word.line)
            words = tuple(_cleaned(form) for form in forms)
            yield Grouped(Tagged(id=sentence.id, words=words, tags=tuple(tags)), sentence.group)


def _withheld(forms: Sequence[str]) -> bool:
    """Whether the sentence is dropped: underscores number at least its length minus one."""
    underscores = forms.count(_UNDERSCORE)
    # a sentence of one word is not dropped for having no underscore
    return underscores > 0 and underscores >= len(forms) - 1


def _cleaned(form: str) -> str:
    return form.replace(_ZERO_WIDTH_NON_JOINER, "").replace(" ", "")


def _joined(sentence: _Sentence, preference: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words as they are written, and one tag for each."""
    if not sentence.fused:
        return [word.form for word in sentence.words], [word.tag for word in sentence.words]
    forms: list[str] = []
    tags: list[str] = []
    place = 1
    while place <= len(sentence.words):
        fused = sentence.fused.get(place)
        if fused is None:
            forms.append(sentence.words[place - 1].form)
            tags.append(sentence.words[place - 1].tag)
            place += 1
        else:
            forms.append(fused.form)
            tags.append(_fused_tag(sentence.words, place, fused.last, preference))
            place = fused.last + 1
    return forms, tags


def _fused_tag(words: Sequence[_Word], first: int, last: int, preference: Sequence[str]) -> str:
    tags = [word.tag for word in words[first - 1 : last]]
    for tag in preference:
        if tag in tags:
            return tag
    highest = min(range(first, last + 1), key=lambda place: _depth(words, place))
    return words[highest - 1].tag


def _depth(words: Sequence[_Word], place: int) -> int:
    """How many heads lie between the word and the root; a broken or circular chain ends where it breaks."""
    depth = 0
    head = words[place - 1].head
    while head.isdecimal() and 0 < int(head) <= len(words) and depth < len(words):
        depth += 1
        head = words[int(head) - 1].head
    return depth


def _sentences(path: Path) -> Iterator[_Sentence]:
    """The file's sentences, empty ones left out."""
    lines = read_lines(path)
    if lines and lines[-1]:
        message = "expected a blank line after the last sentence: the file is cut short. Fetch it again."
        raise DataError(path, len(lines), message)
    treebank = plain_name(path).removesuffix(".conllu")
    number = documents = 0
    comments: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for at, line in enumerate(lines, start=1):
        if line.startswith("#"):
            comments.append(line)
        elif line:
            rows.append((at, _columns(path, at, line)))
        else:
            number += 1
            documents += any(comment[1:].split()[:1] == ["newdoc"] for comment in comments)
            if rows:
                name = f"{treebank}:{_sent_id(comments) or number}"
                group = f"{treebank}:document {documents}" if documents else name
                yield _sentence(path, name, group, rows)
            comments, rows = [], []


def _columns(path: Path, at: int, line: str) -> list[str]:
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        message = (
            f"expected {_COLUMNS} columns divided by tabs, found {len(columns)}. "
            "Fetch the file again, or mend the line."
        )
        raise DataError(path, at, message)
    return columns


def _sent_id(comments: Sequence[str]) -> str:
    for comment in comments:
        key, _, value = comment[1:].partition("=")
        if key.strip() == "sent_id":
            return value.strip()
    return ""


def _sentence(path: Path, name: str, group: str, rows: Sequence[tuple[int, list[str]]]) -> _Sentence:
    words: list[_Word] = []
    fused: dict[int, _Fused] = {}
    free = 1  # the first word that no fused word holds yet
    for at, columns in rows:
        place, form = columns[0], columns[1].strip()
        if "." in place:
            continue
        if "-" in place:
            first, _, last = place.partition("-")
            expected = max(free, len(words) + 1)
            if first != str(expected) or not last.isdecimal() or int(last) <= expected:
                raise _out_of_turn(path, at, place, expected)
            fused[expected] = _Fused(form, int(last))
            free = int(last) + 1
        elif place == str(len(words) + 1):
            words.append(_Word(at, form, columns[3].strip(), columns[6]))
        else:
            raise _out_of_turn(path, at, place, len(words) + 1)
    if free > len(words) + 1:
        message = (
            f"the fused word of {name} reaches to part {free - 1}, but the sentence ends at {len(words)}."
        )
        raise DataError(path, rows[-1][0], message + " Fetch the file again.")
    return _Sentence(id=name, group=group, words=words, fused=fused)


def _out_of_turn(path: Path, at: int, place: str, expected: int) -> DataError:
    message = (
        f"expected word {expected}, found '{place}': words are missing or out of turn. Fetch the file again."
    )
    return DataError(path, at, message)
