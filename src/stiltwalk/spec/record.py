"""Records: frozen, typed, and with no room for a field nobody knows."""

from __future__ import annotations

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
        lines = [
            _explain(kind, problem)
            for problem in problems
            if not (problem["type"] == "too_short" and problem["loc"] in inner)
        ]
        what = called or kind.__name__.lower().removesuffix("choice")
        raise StudyError(f"{where} is not a valid {what}:\n" + "\n".join(lines)) from None


def _explain(kind: type[Record], problem: Any) -> str:
    location = [str(part) for part in problem["loc"]]
    path = ".".join(location) or "(top)"
    if problem["type"] == "extra_forbidden":
        known = sorted(_fields_at(kind, location[:-1]))
        close = nearest(location[-1], known)
        hint = f" Did you mean '{close}'?" if close else ""
        return f"  {path}: there is no such field.{hint} Known fields: {', '.join(known)}."
    if problem["type"] == "value_error":
        return f"  {path}: {problem['msg'].removeprefix('Value error, ')}"  # our own words say what was found
    found = problem.get("input")
    shown = "" if isinstance(found, Mapping) else f", found {found!r}"
    said = _SAID.get(problem["type"], problem["msg"])
    return f"  {path}: {said}{shown}{_quotation_marks(problem['type'], found)}"


# the parser's words are Python's, where the user wrote YAML
_SAID = {
    "tuple_type": "expected a list such as [a, b]",
    "dict_type": "expected a mapping such as {a: b}",
    "model_type": "expected a mapping such as {a: b}",
}


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
