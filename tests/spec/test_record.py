"""Tests of records: frozen, closed to unknown fields, and clear about what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.record import Record, parse


class _Inner(Record):
    """A record within a record."""

    width: int = 1
    depth: int = 2


class _Outer(Record):
    """A record that holds others in every way a study does."""

    title: str
    inner: _Inner = _Inner()
    maybe: _Inner | None = None
    many: tuple[_Inner, ...] = ()
    named: Mapping[str, _Inner] = {}


def test_records_are_frozen() -> None:
    """A field cannot be set in place."""
    record = _Inner()
    with pytest.raises(ValidationError, match="frozen"):
        record.width = 3  # type: ignore[misc]  # what must not work is what is tested


def test_replace_makes_a_new_record() -> None:
    """``replace`` leaves the old record alone and checks the new one."""
    old = _Outer(title="a", inner=_Inner(width=5))
    new = old.replace({"title": "b"})
    assert (old.title, new.title, new.inner.width) == ("a", "b", 5)
    with pytest.raises(ValidationError, match="colour"):
        old.replace({"colour": "red"})


def test_replace_keeps_what_was_left_out_left_out() -> None:
    """Fields at their default still count as unset after a change, so a later default may move them."""
    new = _Outer(title="a").replace({"title": "b"})
    assert new.model_dump(exclude_unset=True) == {"title": "b"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"titel": "a"}, r"  titel: there is no such field\. Did you mean 'title'\? Known fields: inner,"),
        ({"inner": {"widht": 1}}, r"  inner\.widht: there is no such field\. Did you mean 'width'\?"),
        ({"maybe": {"dept": 1}}, r"  maybe\.dept: .* Did you mean 'depth'\? Known fields: depth, width\."),
        ({"many": [{}, {"detph": 1}]}, r"  many\.1\.detph: there is no such field\. Did you mean 'depth'\?"),
        ({"named": {"x": {"widt": 1}}}, r"  named\.x\.widt: there is no such field\. Did you mean 'width'\?"),
        ({"zzz": 1}, r"  zzz: there is no such field\. Known fields: inner, many, maybe, named, title\."),
        ({"inner": {"width": "wide"}}, r"  inner\.width: expected a whole number.*, found 'wide'"),
    ],
)
def test_problems_are_named(raw: dict[str, object], message: str) -> None:
    """An unknown field gets its full path and the nearest known name; a bad value is shown."""
    with pytest.raises(StudyError, match=message):
        parse(_Outer, {"title": "a"} | raw, "here")


def test_every_problem_has_a_line() -> None:
    """The heading says where and what was expected; each problem follows on its own line."""
    with pytest.raises(StudyError, match=r"^file\.yaml is not a valid _outer:\n") as caught:
        parse(_Outer, {"titel": "a", "inner": {"width": "x"}}, "file.yaml")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()[1:]] == [
        "  title",
        "  inner.width",
        "  titel",
    ]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_numbers_are_numbers(value: str) -> None:
    """What is no finite number is refused wherever a number stands."""

    class Number(Record):
        """A record of one number."""

        value: float

    with pytest.raises(StudyError, match="finite number"):
        parse(Number, {"value": value}, "here")


@settings(deadline=None)
@given(st.text(max_size=8).filter(lambda name: name not in _Outer.model_fields))
def test_no_unknown_field_slips_through(name: str) -> None:
    """Whatever its spelling, a field nobody knows is refused with our own error."""
    with pytest.raises(StudyError, match="there is no such field"):
        parse(_Outer, {"title": "a", name: 1}, "here")
