"""Records: frozen, typed, and with no room for a field nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from stiltwalk.spec.errors import StudyError, nearest

R = TypeVar("R", bound="Record")


class Record(BaseModel):
    """A frozen record; unknown fields are refused, and change means a new record (``replace``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def replace(self: R, changes: Mapping[str, Any]) -> R:
        """This record with ``changes``, checked again as if written by hand."""
        return type(self).model_validate(self.model_dump(exclude_unset=True) | dict(changes))


def parse(kind: type[R], raw: object, where: str, called: str | None = None) -> R:
    """``raw`` (from YAML or the command line) as a record of ``kind``, which messages call so.

    Raises:
        StudyError: every problem on a line of its own, with the nearest known field name.
    """
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        # a default that follows from fields which are wrong themselves is no mistake of its own
        problems = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
        # a list none of whose items is valid is also reported as too short: say it once
        inner = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
        lines = _lines(
            kind,
            [each for each in problems if not (each["type"] == "too_short" and each["loc"] in inner)],
        )
        what = called or kind.__name__.lower().removesuffix("choice")
        raise StudyError(f"{where} is not a valid {what}:\n" + "\n".join(lines)) from None


def _lines(kind: type[Record], problems: list[Any]) -> Iterator[str]:
    """A line for each place; where several types are allowed, the parser has a problem for each."""
    places: dict[str, list[Any]] = {}
    for problem in problems:
        *outer, last = problem["loc"] or ("(top)",)
        location = outer if outer and last in _TYPES else [*outer, last]
        places.setdefault(".".join(map(str, location)), []).append(problem)
    for path, here in places.items():
        said = list(dict.fromkeys(in_words(problem) for problem in here))
        if len(said) > 1 and all(each.startswith("expected ") for each in said):
            kinds = [each.removeprefix("expected ") for each in said]
            # a whole number is a number
            kinds = [each for each in kinds if each != "a whole number" or "a number" not in kinds]
            yield _explain(kind, path, here[0], f"expected {' or '.join(kinds)}")
        else:
            yield from (_explain(kind, path, problem, in_words(problem)) for problem in here)


def _explain(kind: type[Record], path: str, problem: Any, said: str) -> str:
    location = [str(part) for part in problem["loc"]]
    if problem["type"] == "extra_forbidden":
        known = sorted(_fields_at(kind, location[:-1]))
        close = nearest(location[-1], known)
        hint = f" Did you mean '{close}'?" if close else ""
        return f"  {path}: there is no such field.{hint} Known fields: {', '.join(known)}."
    if problem["type"] == "value_error":
        return f"  {path}: {problem['msg'].removeprefix('Value error, ')}"  # our own words say what was found
    found = problem.get("input")
    shown = "" if isinstance(found, Mapping) else f", found {'nothing' if found is None else repr(found)}"
    return f"  {path}: {said}{shown}{_quotation_marks(problem['type'], found)}"


_TYPES = ("int", "float")
"""What the parser puts behind a place where a number of either type may stand."""

# the parser's words are Python's, where the user wrote YAML; {{ is a brace, {name} is filled in
_SAID = {
    "tuple_type": "expected a list such as [a, b]",
    "dict_type": "expected a mapping such as {{a: b}}",
    "model_type": "expected a mapping such as {{a: b}}",
    "missing": "this field is needed",
    "string_type": "expected text",
    "string_too_short": "expected text that is not empty",
    "string_too_long": "expected at most {max_length} characters",
    "too_short": "expected {min_length} or more entries",
    "too_long": "expected at most {max_length} entries",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "literal_error": "expected {expected}",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected at least {ge:g}",
    "less_than": "expected less than {lt:g}",
    "less_than_equal": "expected at most {le:g}",
}
_NAME = re.compile(r"\^\[A-Za-z0-9]\[A-Za-z0-9(?P<signs>.*)]\*\$")
"""The pattern of a name that is also a file's."""


def in_words(problem: Any) -> str:
    """What is wrong by one of the parser's problems, in this project's words where it has any."""
    given = problem.get("ctx", {})
    name = _NAME.fullmatch(given.get("pattern", ""))
    if name is not None:
        return f"expected letters, digits and {' '.join(name['signs'])}, the first a letter or a digit"
    said: str | None = _SAID.get(problem["type"])
    return str(problem["msg"]) if said is None else said.format(**given)


def _quotation_marks(problem: str, found: object) -> str:
    """The cure where YAML took what was meant as text for something else."""
    if problem != "string_type":
        return ""
    if isinstance(found, bool):
        return ". YAML reads yes, no, on and off as true and false: put quotation marks around the word"
    if isinstance(found, Mapping) and len(found) == 1 and None in found.values():
        return f'. Put quotation marks around it: "{{{next(iter(found))}}}"'
    return ""


def _fields_at(kind: type[Record], location: list[str]) -> set[str]:
    """Field names of every record type that ``location`` may lead to."""
    kinds = {kind}
    for part in location:
        reached = {
            inner
            for k in kinds
            if part in k.model_fields
            for inner in _records_in(k.model_fields[part].annotation)
        }
        # a list index or a union tag names no field: stay at the records already reached
        kinds = reached or kinds
    return {name for k in kinds for name in k.model_fields}


def _records_in(annotation: object) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _records_in(inner)
