"""Claims as files: those that come along, how others are written, and what is wrong with one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from stiltwalk.cli.named import presets
from stiltwalk.spec.claims import Claim, read_claims, shipped_claims
from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.predicates import KINDS, DecisionIs, Predicate, Threshold
from stiltwalk.spec.study_files import read_study
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tasks.benchmarks import find_benchmark

CLAIM: dict[str, Any] = {
    "id": "mine",
    "version": "draft",
    "text": "It helps.",
    "source": {"paper": "Ours", "place": "Table 1"},
    "scope": {"encoders": ["small"], "targets": {"xnli": "dev"}},
    "predicates": [{"kind": "mean_gain_above", "name": "direction", "arm": "squad", "threshold": 0}],
}


def _file(folder: Path, *claims: dict[str, Any]) -> Path:
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({"claims": list(claims)}), encoding="utf-8")
    return path


def test_what_comes_along() -> None:
    """The claims of the paper and its first version, those of syntheses, and the five questions."""
    found = shipped_claims()
    assert [each.id for each in found] == (
        "C1 C2 C3 C4 C5 C6 C7 C8 C9 C9b C10 C10b C11 C11b Q1 Q2 Q3 Q4 Q5".split()
    )
    assert {each.version for each in found if each.id.startswith("C11")} == {"first"}
    assert {each.kind for claim in found for each in claim.predicates} == {*KINDS}


@pytest.mark.parametrize("claim", shipped_claims(), ids=lambda claim: str(claim.id))
def test_names_are_those_of_presets(claim: Claim) -> None:
    """Every arm, target and split is one of the preset of the claim at full scale, and so is its decision."""
    decisions = [each.decision for each in claim.predicates if isinstance(each, DecisionIs)]
    studies = [read_study(path, {}, scale="full") for name, path in presets().items() if name in _PRESETS]
    study = next(each for each in studies if each.analysis.decision in (decisions or ["gain"]))
    assert all(arm in study.arms for each in claim.predicates for arm in each.arms_needed)
    assert {*claim.scope.targets} <= {each.task for each in study.targets} <= {*TASKS}
    benchmark = find_benchmark(str(claim.scope.benchmark))
    assert {*claim.scope.targets} <= {each.task for each in benchmark.tasks}
    if set(claim.scope.targets.values()) != {"test"}:
        assert {each.task: each.split for each in study.targets} == claim.scope.targets
    assert {*claim.scope.encoders} <= {each.name for each in study.encoders}


_PRESETS = {
    "phang2020",
    "size-xtreme-r",
    "data-saturation",
    "batch-size",
    "english-vs-multilingual",
    "data-vs-parameters",
}


def test_every_statement_has_a_name_of_its_own() -> None:
    """Readings are told apart by the names of predicates."""
    for claim in shipped_claims():
        names = [each.name for each in claim.predicates]
        assert all(names)
        assert len({*names}) == len(names)


def test_a_file(tmp_path: Path) -> None:
    """A claim of one's own: a plain number is a threshold of the paper, the prior is 5 points."""
    (found,) = read_claims(_file(tmp_path, CLAIM))
    assert (found.id, found.prior, found.also_without) == ("mine", 5.0, ())
    (predicate,) = found.predicates
    assert predicate.arms_needed == ("none", "squad")
    assert predicate.model_dump()["threshold"] == {"value": 0.0, "ours": False}
    assert (Threshold(value=2, ours=True).shown, Threshold(value=0.5).shown) == ("2*", "0.5")


def _changed(**changes: Any) -> dict[str, Any]:
    return {**CLAIM, **changes}


def _predicate(**changes: Any) -> dict[str, Any]:
    return _changed(predicates=[{**CLAIM["predicates"][0], **changes}])


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (
            _predicate(kind="mean_gain_over"),
            "there is no predicate 'mean_gain_over'. Did you mean 'mean_gain_above'",
        ),
        (_predicate(treshold=1), "there is no such field. Did you mean 'threshold'"),
        (_predicate(threshold="much"), "threshold"),
        (_changed(verson="1"), "verson: there is no such field. Did you mean 'version'"),
        (_changed(also_without=[["retreival"]]), "'retreival'. Did you mean 'retrieval'"),
        (_changed(prior=0), "prior"),
        (_changed(predicates=[]), "predicates"),
        (_changed(id="a b"), "id"),
        (_changed(scope={"targets": {"xnli": "training"}}), "scope.targets.xnli"),
        (_changed(scope={"encoders": ["a"], "parameters_above": 1e9}), "not both"),
        (
            _changed(
                predicates=[
                    {
                        "kind": "no_gain_above",
                        "arms": ["a"],
                        "targets": ["xnly"],
                        "threshold": 1,
                    }
                ]
            ),
            "the scope has no target 'xnly'. Did you mean 'xnli'",
        ),
        (
            _changed(predicates=[{"kind": "decision", "decision": "size"}]),
            "a decision is judged by 'answers', a list of its words, or by a 'number'",
        ),
        (
            _changed(predicates=[CLAIM["predicates"][0], CLAIM["predicates"][0]]),
            "predicates have the name 'direction' twice",
        ),
    ],
)
def test_mistakes(tmp_path: Path, claim: dict[str, Any], message: str) -> None:
    """Every mistake is placed, and the nearest name is suggested."""
    with pytest.raises(StudyError) as caught:
        read_claims(_file(tmp_path, claim))
    assert message in str(caught.value)
    assert "is not a valid file of claims" in str(caught.value)


def test_ids_of_their_own(tmp_path: Path) -> None:
    """Two claims of one id are refused; so is a file that holds none."""
    with pytest.raises(StudyError, match="claims has the id mine twice"):
        read_claims(_file(tmp_path, CLAIM, CLAIM))
    with pytest.raises(UserError, match=r"Cannot read the claims file .*nowhere\.yaml"):
        read_claims(tmp_path / "nowhere.yaml")


def test_the_document_tells_it_all(tmp_path: Path) -> None:
    """The claim shown in docs/claims.md is valid, and its table names every kind and field."""
    text = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "shown.yaml"
    path.write_text(shown, encoding="utf-8")
    assert [each.id for each in read_claims(path)] == ["ours-1"]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", text, re.MULTILINE))
    assert set(rows) == {*KINDS}
    fields = {each.model_fields["kind"].annotation: each.model_fields for each in get_args(Predicate)}
    for kind, own in ((get_args(literal)[0], set(names)) for literal, names in fields.items()):
        assert rows[kind] == "the same" or set(re.findall(r"`(\w+)`", rows[kind])) == own - {"name", "kind"}


def test_the_vocabulary_is_closed() -> None:
    """Every kind is one of the records', each once."""
    assert len({*KINDS}) == len(KINDS) == len(get_args(Predicate)) == 10
