"""Tests of telling which file is which of a task's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.data.archives import Member
from stiltwalk.data.matching import Asked, Matcher
from stiltwalk.spec.errors import UserError


def _member(path: str, source: str = "p.zip") -> Member:
    return Member(Path(source), path, ("p", *path.removesuffix(".gz").split("/")))


def _languages(*patterns: str) -> list[Asked]:
    """The patterns as one file's names in so many languages."""
    return [Asked(pattern, ("train",), str(number)) for number, pattern in enumerate(dict.fromkeys(patterns))]


def _found(paths: list[str], pattern: str, *others: str) -> dict[str, str]:
    matcher = Matcher([_member(path) for path in paths], _languages(pattern, *others))
    return {place: member.name for place, member in matcher.found(pattern).items()}


def test_the_longest_agreement_wins() -> None:
    """Of several files of one name the one whose folders agree is taken, whatever the case of letters."""
    paths = ["MNLI/train.tsv", "QQP/train.tsv", "train.tsv"]
    assert _found(paths, "qqp/train.tsv") == {"qqp/train.tsv": "QQP/train.tsv"}
    assert _found(paths[1:2], "mnli/train.tsv") == {"mnli/train.tsv": "QQP/train.tsv"}


def test_two_that_agree_as_well() -> None:
    """Two files that could be the same one are named."""
    with pytest.raises(
        UserError, match=r"Two files could be q/train\.tsv: p\.zip: a/train\.tsv and p\.zip: b/"
    ):
        _found(["a/train.tsv", "b/train.tsv"], "q/train.tsv")


def test_a_pattern_is_told_from_its_neighbours() -> None:
    """Where another language's file ends alike, the end alone is not enough."""
    patterns = ("panx/de/test", "panx/fr/test")
    assert _found(["de/test", "sw/test"], *patterns) == {"panx/de/test": "de/test"}
    assert _found(["test"], *patterns) == {}
    assert _found(["test"], "panx/de/test") == {"panx/de/test": "test"}


def test_other_languages_say_which_folder_it_is() -> None:
    """Where one language's file lies in the named folder, another's is not taken from a folder beside it."""
    patterns = ("ner/de/test", "ner/fr/test")
    assert _found(["ner/de/test", "other/fr/test"], "ner/fr/test", *patterns) == {}
    assert _found(["x/de/test", "x/fr/test"], "ner/fr/test", *patterns) == {"ner/fr/test": "x/fr/test"}
    elsewhere = [_member("ner/de/test"), _member("other/fr/test", "q.zip")]
    found = Matcher(elsewhere, _languages(*patterns)).found("ner/fr/test")
    assert [member.source for member in found.values()] == [Path("q.zip")]


def test_two_forms_of_one_file() -> None:
    """Two names that one file is published under need not be told apart."""
    asked = [Asked(name, ("dev",), "de", number) for number, name in enumerate(("x/dev.tsv", "x/v1/dev.tsv"))]
    matcher = Matcher([_member("dev.tsv")], asked)
    assert [set(matcher.found(each.pattern)) for each in asked] == [{"x/dev.tsv"}, {"x/v1/dev.tsv"}]


def test_globs_keep_the_files_own_names() -> None:
    """What a glob meets keeps its name; the folders a glob stands for must be there."""
    pattern = "ud/UD_*/en_*-train.conllu"
    paths = [
        "v2/UD_English-EWT/en_ewt-train.conllu",
        "v2/UD_English-GUM/en_gum-train.conllu",
        "x/en_x-dev.conllu",
    ]
    assert _found(paths, pattern) == {
        "ud/UD_English-EWT/en_ewt-train.conllu": paths[0],
        "ud/UD_English-GUM/en_gum-train.conllu": paths[1],
    }
    assert _found(["en_ewt-train.conllu"], pattern) == {}
    with pytest.raises(UserError, match=r"Two files could be ud/UD_X/en_x-train\.conllu"):
        _found(["a/UD_X/en_x-train.conllu", "b/UD_X/en_x-train.conllu"], pattern)


def test_one_file_plain_and_gzipped() -> None:
    """Plain and gzipped it is one file, and the plain one is taken."""
    assert _found(["d/a.gz", "d/a"], "x/a") == _found(["d/a", "d/a.gz"], "x/a") == {"x/a": "d/a"}
    assert _found(["d/a.gz"], "x/a") == {"x/a": "d/a.gz"}


@given(
    st.lists(st.sampled_from(["a", "b", "a/b", "b/a", "c/a/b"]), unique=True),
    st.sampled_from(["a", "a/b", "c/b"]),
)
def test_a_match_ends_as_the_pattern_does(paths: list[str], pattern: str) -> None:
    """Whatever is found has the pattern's last name, and goes to the pattern's place."""
    last = pattern.rpartition("/")[2]
    alike = [path for path in paths if path.rpartition("/")[2] == last]
    try:
        found = _found(paths, pattern)
    except UserError:
        assert len(alike) > 1
        return
    assert set(found) <= {pattern}
    assert set(found.values()) <= set(alike)
    assert bool(found) == bool(alike)
