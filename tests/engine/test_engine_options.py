"""Tests of the choice of an engine: what it is told is checked before anything starts."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.engine.engine_options import LOCAL, EngineChoice, LocalOptions, RayOptions, choose_engine
from stiltwalk.spec.errors import UserError


def test_without_a_word_it_is_this_machine() -> None:
    """The default engine is local, with nothing to say to it."""
    assert choose_engine("local", {}) == LOCAL == EngineChoice("local", LocalOptions())
    assert not LOCAL.detached


def test_texts_become_what_they_must_be() -> None:
    """Options come as text from the command line."""
    given = {"address": "head:6379", "cpus": "2", "gpus": "0.5", "memory": "16", "resources": {"a100": "1"}}
    expected = RayOptions(address="head:6379", cpus=2, gpus=0.5, memory=16, resources={"a100": 1})
    assert choose_engine("ray", given) == EngineChoice("ray", expected)


def test_only_an_array_nobody_waits_for_is_detached() -> None:
    """``wait=false`` leaves the workers of an array to themselves."""
    assert choose_engine("slurm", {"wait": "false"}).detached
    assert not choose_engine("slurm", {}).detached
    assert not choose_engine("ray", {}).detached


@pytest.mark.parametrize(
    ("engine", "given", "said"),
    [
        ("rya", {}, r"There is no engine 'rya'\. Did you mean 'ray'\? There is: local, ray, slurm\."),
        ("ray", {"adress": "x"}, r"no option -e of the engine 'ray' 'adress'\. Did you mean 'address'\?"),
        ("local", {"cpus": "2"}, r"-e cpus: the engine 'local' has no options\. Leave -e out\."),
        (
            "ray",
            {"cpus": "many"},
            r"says to the engine 'ray' is not a valid set of options:\n  cpus: .*'many'",
        ),
        ("ray", {"cpus": "0"}, r"cpus: expected more than 0, found '0'"),
        ("ray", {"resources": {"a100": "-1"}}, r"resources\.a100: .*expected more than 0, found '-1'"),
        ("ray", {"resources": "a100"}, r"resources: expected a mapping such as \{a: b\}, found 'a100'"),
    ],
)
def test_mistakes_are_named(engine: str, given: dict[str, Any], said: str) -> None:
    """An unknown engine or option, or a value that cannot be: what, and the nearest."""
    with pytest.raises(UserError, match=said):
        choose_engine(engine, given)
