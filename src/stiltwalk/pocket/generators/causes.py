"""Multiple choice in the manner of COPA: which of two events is the effect, or the cause, of a third?"""

from __future__ import annotations

from typing import Literal, NamedTuple

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.meaning import Clause, Thing, canonical
from stiltwalk.pocket.parts import Generator, may_stand_in, part_of
from stiltwalk.pocket.sampling import draw_place, draw_thing
from stiltwalk.pocket.voice import Said, Voice
from stiltwalk.pocket.world import Cause, world
from stiltwalk.spec.examples import Choices
from stiltwalk.spec.task import SplitName

_PLACED = 0.4


class Alternatives(NamedTuple):
    """A premise, what is asked of it, two candidates and the index of the right one."""

    premise: Clause
    asked: Literal["effect", "cause"]
    candidates: tuple[Clause, Clause]
    label: int


class _Story(NamedTuple):
    cause: Clause
    effect: Clause


def _draw(dice: Dice, part: SplitName) -> Alternatives | None:
    rules = list(world().causes.values())
    rule = dice.one_of(rules)
    story = _tell(dice, rule)
    asked: Literal["effect", "cause"] = dice.one_of(("effect", "cause"))
    premise, right = (story.cause, story.effect) if asked == "effect" else (story.effect, story.cause)
    wrong = _wrong(dice, rules, story, asked)
    if wrong is None or part_of(premise) != part:
        return None
    if not (may_stand_in(right, part) and may_stand_in(wrong, part)):
        return None
    label = dice.below(2)
    return Alternatives(premise, asked, (wrong, right) if label else (right, wrong), label)


def _tell(dice: Dice, rule: Cause, person: Thing | None = None) -> _Story:
    """The rule as two past clauses about somebody."""
    somebody = person or draw_thing(dice, frozenset({"grown"}), named=True, described=False)
    if rule.shared == "subject":
        verb = world().verbs[rule.effect]
        fitting = verb.patients & world().qualities[rule.cause_quality or ""].marks or verb.patients
        thing = draw_thing(dice, fitting, described=False)
        cause = Clause("be-quality", thing, "past", quality=rule.cause_quality)
        return _Story(cause, Clause(rule.effect, somebody, "past", patient=thing))
    patient = _shared_patient(dice, rule) if rule.shared == "patient" else None
    cause = _event(dice, rule.cause, rule.cause_quality, somebody, patient, None)
    place = rule.shared if rule.shared in world().places else None
    return _Story(cause, _event(dice, rule.effect, rule.effect_quality, somebody, patient, place))


def _shared_patient(dice: Dice, rule: Cause) -> Thing:
    """Something that both verbs of the rule may be done to."""
    verbs = world().verbs
    both = [
        noun.concept
        for noun in world().nouns.values()
        if noun.marks & verbs[rule.cause].patients and noun.marks & verbs[rule.effect].patients
    ]
    return Thing(dice.one_of(both))


def _event(
    dice: Dice, predicate: str, quality: str | None, agent: Thing, patient: Thing | None, place: str | None
) -> Clause:
    if quality:
        return Clause(predicate, agent, "past", quality=quality)
    verb = world().verbs[predicate]
    if verb.frame == "transitive" and patient is None:
        patient = draw_thing(dice, verb.patients, described=False)
    if place is None and dice.maybe(_PLACED):
        place = draw_place(dice, verb, agent)
    return Clause(predicate, agent, "past", patient=patient, place=place)


def _wrong(dice: Dice, rules: list[Cause], story: _Story, asked: str) -> Clause | None:
    """A clause of the same people from another rule, which no rule joins to the premise."""
    premise, right = (story.cause, story.effect) if asked == "effect" else (story.effect, story.cause)
    person = story.cause.agent if story.cause.agent.concept in _people() else story.effect.agent
    other = dice.one_of(rules)
    told = _tell(dice, other, person)
    wrong = told.effect if asked == "effect" else told.cause
    linked = {
        _what(cause_or_effect)
        for rule in rules
        for cause_or_effect in [_linked(rule, _what(premise), asked)]
        if cause_or_effect
    }
    same_kind = (wrong.frame == "quality") == (right.frame == "quality")
    return wrong if same_kind and _what(wrong) not in linked and wrong != premise else None


def _people() -> frozenset[str]:
    concepts = [*world().nouns, *world().names]
    return frozenset(concept for concept in concepts if "person" in world().marks(concept))


def _what(clause: Clause | tuple[str, str | None]) -> tuple[str, str | None]:
    """What a rule knows an event by: predicate and quality."""
    return clause if isinstance(clause, tuple) else (clause.predicate, clause.quality)


def _linked(rule: Cause, event: tuple[str, str | None], asked: str) -> tuple[str, str | None] | None:
    """The other end of ``rule`` where ``event`` is its one end."""
    cause, effect = (rule.cause, rule.cause_quality), (rule.effect, rule.effect_quality)
    here, there = (cause, effect) if asked == "effect" else (effect, cause)
    return there if here == event else None


def _identity(drawn: Alternatives) -> str:
    # the same two candidates in the other order are no new example
    candidates = sorted(canonical(clause) for clause in drawn.candidates)
    return f"{canonical(drawn.premise)} {drawn.asked} {candidates}"


def _render(drawn: Alternatives, name: str, voice: Voice) -> Choices:
    prompt = voice.grammar.space.join(
        (voice.say(Said(drawn.premise)).text, voice.fixed(f"ask-{drawn.asked}"))
    )
    return Choices(
        name, prompt, tuple(voice.say(Said(clause)).text for clause in drawn.candidates), drawn.label
    )


CAUSES = Generator(_draw, _identity, _render)
"""Two candidates, the right one in either place with equal probability."""
