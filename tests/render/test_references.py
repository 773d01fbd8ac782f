"""References: the papers, the data with its licences, the claims and the statistics, each once."""

from __future__ import annotations

import re

from stiltwalk.render.contents import Reference
from stiltwalk.render.references import METHOD, STATISTICS, references
from stiltwalk.spec.claims import shipped_claims
from stiltwalk.spec.published import published
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import TASKS

_STUDY = Study.model_validate(
    {
        "study": "s",
        "encoders": ["pocket-small"],
        "intermediate": ["mnli", "anli+"],
        "targets": ["xnli", "lareqa"],
    }
)


def _by_key(study: Study = _STUDY, **further: object) -> dict[str, Reference]:
    found = references(study, TASKS, **further)  # type: ignore[arg-type]
    assert len({each.key for each in found}) == len(found)
    return {each.key: each for each in found}


def test_the_method_comes_first_and_its_statistics_last() -> None:
    """In the order in which a reader asks."""
    found = references(_STUDY, TASKS)
    assert found[0].key == METHOD.key
    assert tuple(each.key for each in found[-len(STATISTICS) :]) == tuple(each.key for each in STATISTICS)


def test_data_stands_with_its_licence() -> None:
    """Of targets, of what they train on, of arms, and of the parts of these."""
    found = _by_key()
    for name in ("xnli", "mnli", "lareqa", "squad-pairs", "anli-r1"):
        task = TASKS[name]
        key = task.citation.split(",")[0]
        said = re.search(
            rf"Data of [^;]*\b{re.escape(task.title)}\b[^;]*; licence: (.*?)\.( Data|$)", found[key].text
        )
        assert said is not None
        assert said[1] == task.licence


def test_a_paper_that_is_cited_twice_stands_once() -> None:
    """ANLI+ is of the paper whose method this is."""
    text = _by_key()[METHOD.key].text
    assert text.startswith(METHOD.text)
    assert f"Data of {TASKS['anli+'].title}" in text
    assert text.count("2005.13013") == 1


def test_benchmarks_are_cited_where_they_are_used() -> None:
    """The later one only for a task that the first does not have, none for the pocket world."""
    assert {"Hu et al. 2020", "Ruder et al. 2021"} <= {*_by_key()}
    of_one = _STUDY.model_copy(update={"targets": _STUDY.targets[:1]})
    assert "Hu et al. 2020" in _by_key(of_one)
    assert "Ruder et al. 2021" not in _by_key(of_one)
    pocket = Study.model_validate(
        {"study": "s", "encoders": ["pocket-small"], "targets": ["pocket-entailment"]}
    )
    assert not {"Hu et al. 2020", "Ruder et al. 2021"} & {*_by_key(pocket)}


def test_claims_and_published_numbers_say_whether_they_were_read() -> None:
    """A number from memory is never cited as read."""
    found = _by_key(claims=shipped_claims(), published=published(recalled=True))
    assert re.search(r"Claims C1, C2, .*\.$", found[METHOD.key].text)
    standing: dict[str, list[bool]] = {each.source: [] for each in published(recalled=True)}
    for each in published(recalled=True):
        standing[each.source].append(each.recalled)
    for source, recalled in standing.items():
        assert ("recalled" in found[source].text) == any(recalled)


def test_all_are_plain_lines() -> None:
    """One line each, with an address or none."""
    for each in references(_STUDY, TASKS, shipped_claims(), published(recalled=True)):
        assert each.text == " ".join(each.text.split())
        assert each.text.endswith(".")
        assert not each.url or each.url.startswith("https://")


def test_data_without_a_paper_still_has_its_licence() -> None:
    """It stands under the task's title then."""
    own = TASKS["xnli"].model_copy(update={"citation": ""})
    found = {each.key: each for each in references(_STUDY, {**TASKS, "xnli": own})}
    assert found[own.title].text == f"Data of {own.title}; licence: {own.licence}."
