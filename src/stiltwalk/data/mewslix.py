"""``mewslix``: the files of Mewsli-X (Ruder et al. 2021), JSON lines as its released script writes them.

``wikinews_mentions-{dev,test}.jsonl``: a text a line with the mentions in it, of all languages;
``wikipedia_pairs-{train,dev}.jsonl``: a mention and its entity a line; ``candidate_set_entities.jsonl``: an
entity a line. How texts are made of them is the baseline's way (google-research/xtreme,
third_party/utils_mewslix.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from stiltwalk.data.fields import Fault, field, filled, parse_json, short
from stiltwalk.data.files import stream_lines
from stiltwalk.data.reader import Grouped
from stiltwalk.data.sentences import Span, span_around
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Candidate, Example, Paired, Query
from stiltwalk.spec.task import Task


def read(_task: Task, language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """What the lines hold: queries, pairs or candidates; of queries and pairs those in ``language``.

    A query's key, and a candidate's id and its one answer, is the entity's id. The group is the document of
    a mention, or the candidate itself. Lines are read one at a time, so that a million candidates need no
    more memory than what becomes of them.

    Raises:
        DataError: a line is not JSON or none of the three kinds, a field is missing, the text was not
            restored or the entities were removed, or a mention is not the text at its place.
    """
    for path in paths:
        for number, line in stream_lines(path):
            if not line.strip():
                continue
            fault = partial(DataError, path, number)
            raw = parse_json(line, path, number)
            match raw:
                case {"mentions": list(mentions), "context": context}:
                    if _language(context, fault) == language:
                        yield from _queries(context, mentions, fault)
                case {"contextual_mention": mention, "entity": entity}:
                    context = field(mention, "context", dict, fault)
                    if _language(context, fault) == language:
                        yield _pair(context, field(mention, "mention", dict, fault), entity, fault)
                case {"entity_id": _, "description": _}:
                    name = filled(raw, "entity_id", fault)
                    yield Grouped(Candidate(name, entity_text(raw, fault), (name,)), name)
                case _:
                    raise fault(
                        "expected 'context' and 'mentions', 'contextual_mention' and 'entity', or an entity "
                        f"with its 'description', found {short(raw)}. Fetch the file again."
                    )


def mention_text(context: object, mention: object, fault: Fault) -> str:
    """``NAME: before { NAME } after``: the mention, then the sentence it stands in, with the mention marked.

    Pairs of braces that the sentence holds already become parentheses.

    Raises:
        DataError: the mention is not the text at its place, or in no single sentence.
    """
    text = field(context, "text", str, fault)
    if not text:
        raise fault("its text is empty: texts were not restored. Run the released script that restores them.")
    raw = field(mention, "mention_span", dict, fault)
    place, name = _span(raw, text, fault), field(raw, "text", str, fault)
    if text[place.start : place.end] != name:
        found = text[place.start : place.end]
        raise fault(f"expected the mention {name!r} at character {place.start}, found {found!r}.")
    sentence = span_around(_sentences(context, text, fault), place.start, place.end)
    if sentence is None:
        raise fault(f"the mention {name!r} stands in no single sentence of its text.")
    before = _without_braces(text[sentence.start : place.start])
    after = _without_braces(text[place.end : sentence.end])
    return _on_one_line(f"{name}: {before} {{ {name} }} {after}")


def entity_text(entity: object, fault: Fault) -> str:
    """The sentences of the entity's description; what lies outside of them is left out.

    Raises:
        DataError: a field is missing, or a sentence is no part of the description.
    """
    description = field(entity, "description", str, fault)
    spans = _sentences(entity, description, fault)
    return _on_one_line(" ".join(description[span.start : span.end] for span in spans))


def _queries(context: object, mentions: list[object], fault: Fault) -> Iterator[Grouped]:
    group = field(context, "document_id", str, fault)
    for mention in mentions:
        name = filled(mention, "example_id", fault)
        entity = field(mention, "entity_id", str, fault)
        if not entity:
            message = (
                f"the mention {name} has no entity: XTREME's preprocessing removes those of the test set. "
                "Use wikinews_mentions-test.jsonl as the released script of Mewsli-X writes it."
            )
            raise fault(message)
        query: Example = Query(name, mention_text(context, mention, fault), key=entity)
        yield Grouped(query, group)


def _pair(context: object, mention: object, entity: object, fault: Fault) -> Grouped:
    name = filled(mention, "example_id", fault)
    pair = Paired(name, mention_text(context, mention, fault), entity_text(entity, fault))
    return Grouped(pair, field(context, "document_id", str, fault))


def _language(context: object, fault: Fault) -> str:
    return field(context, "language", str, fault)


def _sentences(record: object, text: str, fault: Fault) -> list[Span]:
    return [_span(raw, text, fault) for raw in field(record, "sentence_spans", list, fault)]


def _span(raw: object, text: str, fault: Fault) -> Span:
    start, end = field(raw, "start", int, fault), field(raw, "end", int, fault)
    if not 0 <= start < end <= len(text):
        raise fault(
            f"expected a span within the {len(text)} characters of its text, found {start} to {end}. "
            "Fetch the file again."
        )
    return Span(start, end)


def _without_braces(text: str) -> str:
    return re.sub(r"\{([^}\n]*)\}", r"(\1)", text)


def _on_one_line(text: str) -> str:
    """Line ends become spaces, and each two spaces one (so three become two, as in the released code)."""
    return " ".join(text.splitlines()).replace("  ", " ").strip()
