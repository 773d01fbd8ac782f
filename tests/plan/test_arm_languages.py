"""Tests of arms in other languages, and of the controls beside them, as steps and cells of the graph."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.plan.facts import EncoderFacts, Facts
from stiltwalk.plan.graph import build
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.references import translation_content
from stiltwalk.plan.steps import TranslateStep, key_of
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.errors import StudyError

from .fakes import WORLD, Datum, everything, plan, study

NLI = {"targets": ["xnli", "tatoeba"]}
POCKET = {"targets": ["pocket-paraphrase"]}


def _translated() -> dict[Datum, str]:
    return {("mnli", "train", code): f"mnli-train-{code}" for code in ("de", "ru", "sw")}


def _planned(changes: dict[str, Any], **facts: Any) -> Plan:
    """A plan in a world with three published translations of MNLI, and ``facts``."""
    given = study({**NLI, **changes})
    known = {"translators": {"x/mt": "translator:hash-of-x/mt"}}
    encoders = {"x/e": EncoderFacts("encoder:hash-of-x/e", 24)}
    return build(given, Facts(everything() | _translated(), encoders, {}, **{**known, **facts}), WORLD)


def _between(made: Plan) -> TrainStep:
    found = [node.step for node in made.nodes.values() if node.step.kind == "intermediate"]
    assert len(found) == 1
    assert isinstance(found[0], TrainStep)
    return found[0]


def _translations(made: Plan) -> list[TranslateStep]:
    return [node.step for node in made.nodes.values() if isinstance(node.step, TranslateStep)]


def _arm(**changes: Any) -> TrainStep:
    return _between(_planned({"intermediate": [{"task": "mnli", **changes}], "translation": "x/mt"}))


def _caveats(made: Plan, arm: str) -> set[str]:
    return {mark for cell in made.cells if cell.intermediate == arm for mark in cell.caveats}


def test_english_alone_is_no_mix() -> None:
    """Nothing about an English arm is new, whether or not it says that it is English."""
    said, silent = _arm(languages=["en"]), _arm()
    assert said == silent
    assert (said.train, said.others, said.match, said.like) == ("mnli-train-en", {}, None, None)
    assert said.longer_by is None


def test_one_other_language() -> None:
    """Published data is taken as it is; the dev set stays English."""
    step = _arm(languages=["de"])
    assert (step.train, step.others, step.dev) == ("", {"de": "mnli-train-de"}, "mnli-dev-en")
    assert (step.match, step.like, step.parents) == (None, None, ())


def test_several_languages_are_held_against_english() -> None:
    """Also where English is not among them; how they are matched is part of the key."""
    steps = {match: _arm(languages=["ru", "de"], match=match) for match in ("union", "examples", "compute")}
    assert len({key_of(step) for step in steps.values()}) == 3
    assert {(step.train, step.like) for step in steps.values()} == {("", "mnli-train-en")}
    assert [step.match for step in steps.values()] == ["union", "examples", "compute"]
    assert steps["union"].parts[0].languages == ("de", "ru")


def test_the_order_of_languages_is_no_part_of_a_key() -> None:
    """The same mix is the same step."""
    assert key_of(_arm(languages=["en", "ru", "de"])) == key_of(_arm(languages=["de", "en", "ru"]))


def test_all_are_those_that_are_there() -> None:
    """Of each task its own, where an arm has several; nothing is translated for it."""
    made = _planned(
        {
            "intermediate": [{"tasks": ["mnli", "pocket-nli"], "languages": "all"}],
            "recipe": "pocket",
            "translation": "x/mt",
        }
    )
    mnli, pocket = _between(made).parts
    assert mnli.languages == ("en", "de", "ru", "sw")
    assert pocket.languages == ("en", *sorted("de es ru tr sw hi zh".split()))
    assert made.nodes[made.cells[-1].key].title.startswith("predict tatoeba after mnli+pocket-nli@all")
    with pytest.raises(
        StudyError, match="languages are all, but the training data of 'squad' is there in En"
    ):
        _planned({"intermediate": [{"task": "squad", "languages": "all"}]})


def test_what_is_not_there_is_translated() -> None:
    """By a step of its own, which the training waits for; what is published is not translated again."""
    made = _planned({"intermediate": [{"task": "mnli", "languages": ["de", "fr"]}], "translation": "x/mt"})
    (translate,), step = _translations(made), _between(made)
    key = key_of(translate)
    assert (translate.task, translate.into, translate.data) == ("mnli", "fr", "mnli-train-en")
    assert step.others == {"de": "mnli-train-de", "fr": translation_content(key)}
    assert step.parents == (key,)
    assert list(made.nodes).index(key) < list(made.nodes).index(key_of(step))


def test_no_more_is_translated_than_is_trained_on() -> None:
    """Of an arm with fewer examples those that it draws with its seed."""
    arm = {"task": "mnli", "languages": ["fr"], "training": {"examples": 100}}
    made = _planned({"intermediate": [arm], "seeds": [4], "translation": "x/mt"})
    (step,) = _translations(made)
    assert (step.examples, step.seed) == (100, 4)


@pytest.mark.parametrize(
    ("task", "code", "message"),
    [
        (
            "mnli",
            "fi",
            r"Arm 'mnli@en\+fi': .* in 'fi': it exists in en, ar, bg, .* zh\. Choose among these, or",
        ),
        ("mnli", "fr", r"in 'fr': its files are not there\. Put them there, or set translation: to"),
        ("qqp", "de", r"no training data of 'qqp' in 'de': it exists in en\."),
    ],
)
def test_without_a_translator_there_is_what_there_is(task: str, code: str, message: str) -> None:
    """A language that is neither there nor can be translated is refused, with the cure."""
    with pytest.raises(StudyError, match=message):
        _planned({"intermediate": [{"task": task, "languages": ["en", code]}]})


def test_the_translator_has_its_say() -> None:
    """What it cannot translate is refused as it says."""
    with pytest.raises(StudyError, match="'udpos' is token-classification and cannot be translated"):
        _planned({"intermediate": [{"task": "udpos", "languages": ["de"]}], "translation": "x/mt"})


@pytest.mark.parametrize("changes", [{"match": "examples"}, {"training": {"examples": 50}}])
def test_ids_that_mean_other_things_cannot_be_dealt_out(changes: dict[str, Any]) -> None:
    """The data can be pooled whole, but not by ids."""
    arm = {"task": "mnli", "languages": ["en", "de", "ru"]}
    unaligned = frozenset({("mnli", "ru"), ("mnli", "sw")})
    with pytest.raises(StudyError, match=r"data of 'mnli' in ru does not translate the English, or not row"):
        _planned({"intermediate": [{**arm, **changes}]}, unaligned=unaligned)
    assert _between(_planned({"intermediate": [arm]}, unaligned=unaligned)).match == "union"


def test_steps_that_are_given_need_no_match() -> None:
    """They are as many as in English already."""
    arm = {"task": "mnli", "languages": ["en", "de"], "training": {"steps": 9}}
    with pytest.raises(StudyError, match=r"match: compute would change nothing: the steps are given .*: 9"):
        _planned({"intermediate": [{**arm, "match": "compute"}]})
    assert _between(_planned({"intermediate": [arm]})).training.steps == 9


def test_caveats_of_languages() -> None:
    """Rows say that the data is not English alone, and whether a machine translated it."""
    arms = ["mnli", {"task": "mnli", "languages": ["en", "de"]}, {"task": "qqp", "languages": ["de"]}]
    made = _planned({"intermediate": arms, "translation": "x/mt"})
    both = {"intermediate-beyond-english", "machine-translated"}
    assert not both & _caveats(made, "mnli")
    assert both <= _caveats(made, "mnli@en+de")
    assert both <= _caveats(made, "qqp@de")
    own = _planned({"intermediate": [{"task": "tydiqa", "languages": ["en", "fi"]}], "targets": ["xquad"]})
    assert both & _caveats(own, "tydiqa@en+fi") == {"intermediate-beyond-english"}


def test_there_and_back() -> None:
    """Two steps, and data that stands in the place of the English."""
    made = _planned({"intermediate": [{"task": "mnli", "back_translated": "de"}], "translation": "x/mt"})
    there, back = _translations(made)
    assert (there.into, back.source, back.into) == ("de", "de", "en")
    assert back.parents == (key_of(there),)
    step = _between(made)
    assert (step.train, step.others) == (translation_content(key_of(back)), {})
    assert step.parents == (key_of(back),)
    assert {"back-translated", "machine-translated"} <= _caveats(made, "mnli@en-de-en")
    assert "intermediate-beyond-english" not in _caveats(made, "mnli@en-de-en")
    with pytest.raises(StudyError, match="translation"):
        _planned({"intermediate": [{"task": "mnli", "back_translated": "de"}]})


def test_an_exact_translator_is_no_machine_translation() -> None:
    """The pocket world says the same in every language."""
    arms = [{"task": "pocket-nli", "back_translated": "de"}, {"task": "pocket-nli", "languages": ["de"]}]
    made = plan({**POCKET, "intermediate": arms, "translation": "pocket", "recipe": "pocket"})
    assert not {"machine-translated"} & {mark for cell in made.cells for mark in cell.caveats}
    assert "back-translated" in _caveats(made, "pocket-nli@en-de-en")


LONGER = ["squad", {"longer_by": "squad"}]


def test_a_longer_target_waits_for_the_arm_whose_steps_it_takes() -> None:
    """It starts where the baseline starts, once the other training has told how many steps it took."""
    made = plan({"intermediate": LONGER, "targets": ["udpos"], "seeds": 2})
    steps = {node.title: node.step for node in made.nodes.values() if isinstance(node.step, TrainStep)}
    for seed in (1, 2):
        control = steps[f"target udpos after none+steps-of-squad, seed {seed}"]
        between = steps[f"intermediate squad, seed {seed}"]
        assert control.parent == "encoder:hash-of-x/e"
        assert control.parents == (control.longer_by,) == (key_of(between),)
        assert control.replace({"longer_by": None}) == steps[f"target udpos, seed {seed}"]
    assert "longer-target" in _caveats(made, "none+steps-of-squad")


def test_the_arm_may_stand_behind_its_control() -> None:
    """Parents come first in the plan all the same."""
    made = plan({"intermediate": LONGER[::-1], "targets": ["udpos"]})
    seen: set[str] = set()
    for key, node in made.nodes.items():
        assert set(node.parents) <= seen
        seen.add(key)


def test_of_a_chain_the_last_training_is_longer() -> None:
    """The first is the baseline's own."""
    targets = [{"task": "xquad", "trains_on": ["tydiqa", "squad-dev-unseen"]}]
    made = plan({"intermediate": LONGER, "targets": targets})
    steps = [node.step for node in made.nodes.values() if node.step.kind == "target"]
    longer = [step for step in steps if isinstance(step, TrainStep) and step.longer_by is not None]
    assert [step.task for step in longer] == ["squad-dev-unseen"]
    first = made.nodes[longer[0].parent]
    assert first.title == "target tydiqa, seed 1"
    assert longer[0].parents == (first.key, longer[0].longer_by)


def test_what_is_not_trained_has_no_longer_cell() -> None:
    """Its cells would be the baseline's."""
    made = plan({"intermediate": LONGER, "targets": ["udpos", "tatoeba"]})
    assert [(cell.intermediate, cell.target) for cell in made.cells] == [
        ("none", "udpos"),
        ("none", "tatoeba"),
        ("squad", "udpos"),
        ("squad", "tatoeba"),
        ("none+steps-of-squad", "udpos"),
    ]


def test_controls_change_no_other_key() -> None:
    """What was computed without them stays found."""
    plain = plan({"intermediate": ["squad"], "targets": ["udpos"]})
    assert set(plain.nodes) < set(plan({"intermediate": LONGER, "targets": ["udpos"]}).nodes)
