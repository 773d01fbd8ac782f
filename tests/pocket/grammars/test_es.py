"""The Spanish grammar against sentences written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stiltwalk.pocket.dice import Dice
from stiltwalk.pocket.grammars.es import GRAMMAR
from stiltwalk.pocket.grammars.grammar import Front
from stiltwalk.pocket.lexicon import lexicon
from stiltwalk.pocket.meaning import Clause, Role, Thing
from stiltwalk.pocket.sampling import draw
from stiltwalk.pocket.words import Word, write
from stiltwalk.pocket.world import world

T = Thing
SENTENCES: list[tuple[Clause, Front, str]] = [
    # intransitive
    (
        Clause("sleep", T("dog"), "past", place="garden", time="yesterday"),
        None,
        "El perro durmió en el jardín ayer.",
    ),
    (
        Clause("sleep", T("dog"), "past", place="garden", time="yesterday"),
        "time",
        "Ayer el perro durmió en el jardín.",
    ),
    (
        Clause("sing", T("girl"), "future", place="park", time="next-week"),
        "place",
        "En el parque, la niña cantará la próxima semana.",
    ),
    (
        Clause("dance", T("maria"), "present", place="house", time="every-week"),
        "time",
        "Todas las semanas, María baila en la casa.",
    ),
    (Clause("laugh", T("boy", "poor"), "past"), None, "El niño pobre se rio."),
    (
        Clause("laugh", T("woman"), "future", time="tonight", negated=True),
        None,
        "La mujer no se reirá esta noche.",
    ),
    (Clause("run", T("eagle"), "present", time="every-day"), None, "El águila corre todos los días."),
    (Clause("swim", T("duck", "white"), "past", place="river"), None, "El pato blanco nadó en el río."),
    (
        Clause("work", T("nurse", "young"), "past", time="on-monday"),
        None,
        "La enfermera joven trabajó el lunes.",
    ),
    (
        Clause("cry", T("child", "rich"), "past", place="station"),
        "time",
        "La criatura rica lloró en la estación.",
    ),
    # transitive, new objects
    (
        Clause("eat", T("boy"), "past", patient=T("bread"), also=T("apple")),
        None,
        "El niño comió pan y una manzana.",
    ),
    (Clause("eat", T("ali"), "past", patient=T("egg", count=5)), None, "Ali comió cinco huevos."),
    (Clause("drink", T("anna"), "future", patient=T("milk", "cold")), None, "Ana beberá leche fría."),
    (Clause("drink", T("man"), "past", patient=T("water"), negated=True), None, "El hombre no bebió agua."),
    (Clause("buy", T("teacher"), "past", patient=T("axe")), None, "El profesor compró un hacha."),
    (Clause("buy", T("teacher"), "past", patient=T("axe", count=2)), None, "El profesor compró dos hachas."),
    (
        Clause("buy", T("ivan"), "past", patient=T("instrument", count=3)),
        None,
        "Iván compró tres instrumentos musicales.",
    ),
    (
        Clause("buy", T("olga"), "future", patient=T("garment", "red"), place="market", time="tomorrow"),
        None,
        "Olga comprará una prenda de ropa roja en el mercado mañana.",
    ),
    (Clause("buy", T("wei"), "past", patient=T("umbrella", count=10)), None, "Wei compró diez paraguas."),
    (
        Clause("draw", T("girl"), "past", patient=T("bird", "small"), time="this-morning"),
        "time",
        "Esta mañana, la niña dibujó un ave pequeña.",
    ),
    (
        Clause("draw", T("girl"), "past", patient=T("lion"), also=T("rose")),
        None,
        "La niña dibujó un león y una rosa.",
    ),
    (
        Clause("cook", T("chef"), "past", patient=T("rice"), also=T("fish"), place="kitchen"),
        "place",
        "En la cocina, el cocinero cocinó arroz y pescado.",
    ),
    (
        Clause("read", T("singer"), "present", patient=T("newspaper"), time="every-day"),
        None,
        "El cantante lee un periódico todos los días.",
    ),
    (
        Clause("write", T("writer"), "future", patient=T("letter"), place="library"),
        None,
        "El escritor escribirá una carta en la biblioteca.",
    ),
    # transitive, known objects: animate ones with a
    (
        Clause("see", T("paul"), "past", patient=T("dog"), place="beach"),
        None,
        "Paul vio al perro en la playa.",
    ),
    (Clause("see", T("paul"), "past", patient=T("bus", "old")), None, "Paul vio el autobús viejo."),
    (Clause("help", T("farmer"), "past", patient=T("nurse")), None, "El granjero ayudó a la enfermera."),
    (
        Clause("visit", T("student"), "future", patient=T("sofia"), time="next-week"),
        None,
        "El estudiante visitará a Sofía la próxima semana.",
    ),
    (
        Clause("call", T("neighbour"), "past", patient=T("doctor"), negated=True),
        None,
        "El vecino no llamó al médico.",
    ),
    (Clause("love", T("fatuma"), "present", patient=T("cat", "black")), None, "Fatuma quiere al gato negro."),
    (
        Clause("watch", T("fisherman"), "past", patient=T("eagle", "small")),
        None,
        "El pescador observó al águila pequeña.",
    ),
    (
        Clause("chase", T("cat"), "present", patient=T("mouse"), time="every-day"),
        None,
        "El gato persigue al ratón todos los días.",
    ),
    (Clause("feed", T("farmer"), "future", patient=T("cow")), None, "El granjero alimentará a la vaca."),
    (Clause("look-for", T("driver"), "past", patient=T("key")), None, "El conductor buscó la llave."),
    (
        Clause("find", T("carlos"), "past", patient=T("axe"), place="house"),
        None,
        "Carlos encontró el hacha en la casa.",
    ),
    (
        Clause("lose", T("priya"), "past", patient=T("phone", "cheap")),
        None,
        "Priya perdió el teléfono barato.",
    ),
    (
        Clause("play", T("elif"), "present", patient=T("guitar"), time="every-week"),
        None,
        "Elif toca la guitarra todas las semanas.",
    ),
    (
        Clause("drive", T("man"), "past", patient=T("truck"), time="last-week"),
        "time",
        "La semana pasada, el hombre condujo el camión.",
    ),
    (
        Clause("open", T("boy"), "past", patient=T("door", "yellow")),
        None,
        "El niño abrió la puerta amarilla.",
    ),
    # ditransitive
    (
        Clause("give", T("woman"), "past", patient=T("flower"), recipient=T("neighbour"), time="yesterday"),
        None,
        "La mujer le dio una flor al vecino ayer.",
    ),
    (
        Clause(
            "give", T("anna"), "past", patient=T("cheese", None), recipient=T("girl", "weak"), negated=True
        ),
        None,
        "Ana no le dio queso a la niña débil.",
    ),
    (
        Clause("sell", T("farmer"), "future", patient=T("horse", "strong"), recipient=T("maria")),
        "place",
        "El granjero le venderá un caballo fuerte a María.",
    ),
    (
        Clause("show", T("raj"), "present", patient=T("book"), recipient=T("student"), time="every-day"),
        "time",
        "Todos los días, Raj le muestra el libro al estudiante.",
    ),
    (
        Clause("send", T("juma"), "past", patient=T("box"), recipient=T("man")),
        None,
        "Juma le envió una caja al hombre.",
    ),
    # motion
    (
        Clause("go", T("emma"), "past", place="market", time="on-monday"),
        None,
        "Emma fue al mercado el lunes.",
    ),
    (
        Clause("go", T("doctor"), "present", place="school", time="every-day"),
        "time",
        "Todos los días, el médico va a la escuela.",
    ),
    (
        Clause("go", T("ahmed"), "future", place="hospital", negated=True),
        "place",
        "Ahmed no irá al hospital.",
    ),
    # qualities: ser, estar, tener
    (Clause("be-quality", T("soup"), "present", quality="hot"), None, "La sopa está caliente."),
    (Clause("be-quality", T("house"), "present", quality="big"), None, "La casa es grande."),
    (
        Clause("be-quality", T("hospital"), "present", quality="new", negated=True),
        None,
        "El hospital no es nuevo.",
    ),
    (Clause("be-quality", T("maria"), "past", quality="tired"), None, "María estaba cansada."),
    (Clause("be-quality", T("raj"), "present", quality="aged"), None, "Raj es anciano."),
    (Clause("be-quality", T("dog"), "past", quality="hungry"), None, "El perro tenía hambre."),
    (Clause("be-quality", T("olga"), "present", quality="thirsty", negated=True), None, "Olga no tiene sed."),
    (Clause("be-quality", T("window"), "past", quality="closed"), None, "La ventana estaba cerrada."),
    (Clause("be-quality", T("car"), "present", quality="broken"), None, "El coche está estropeado."),
    (Clause("be-quality", T("carrot"), "present", quality="fresh"), None, "La zanahoria es fresca."),
    (Clause("be-quality", T("girl"), "present", quality="young"), None, "La niña es pequeña."),
    # location, kind, residence, employment, price
    (Clause("be-at", T("cat"), "present", place="kitchen"), None, "El gato está en la cocina."),
    (
        Clause("be-at", T("knife"), "present", place="garden", negated=True),
        "place",
        "El cuchillo no está en el jardín.",
    ),
    (Clause("be-kind", T("dog"), "present", patient=T("animal")), None, "Un perro es un animal."),
    (Clause("be-kind", T("girl"), "present", patient=T("child")), None, "Una niña es menor de edad."),
    (Clause("be-kind", T("chicken"), "present", patient=T("bird")), None, "Una gallina es un ave."),
    (Clause("be-kind", T("water"), "present", patient=T("beverage")), None, "El agua es una bebida."),
    (Clause("be-kind", T("bread"), "present", patient=T("food")), None, "El pan es un alimento."),
    (Clause("be-kind", T("apple"), "present", patient=T("fruit")), None, "Una manzana es una fruta."),
    (Clause("live-in", T("wei"), "present", place="beijing"), None, "Wei vive en Pekín."),
    (
        Clause("live-in", T("sofia"), "present", place="new-york", negated=True),
        None,
        "Sofía no vive en Nueva York.",
    ),
    (
        Clause("work-for", T("ivan"), "present", patient=T("red-cross"), place="moscow"),
        None,
        "Iván trabaja para la Cruz Roja en Moscú.",
    ),
    (Clause("cost", T("guitar"), "present", amount=1250), None, "La guitarra cuesta 1250 euros."),
    (Clause("cost", T("piano"), "present", amount=12500), None, "El piano cuesta 12\u00a0500 euros."),
]
QUESTIONS: list[tuple[Clause, Role, str]] = [
    (
        Clause("sing", T("girl"), "past", place="park", time="yesterday"),
        "agent",
        "¿Quién cantó en el parque ayer?",
    ),
    (Clause("laugh", T("boy"), "past", place="school"), "place", "¿Dónde se rio el niño?"),
    (Clause("drink", T("ali"), "past", patient=T("tea")), "agent", "¿Quién bebió té?"),
    (
        Clause("eat", T("boy"), "past", patient=T("bread"), place="kitchen"),
        "patient",
        "¿Qué comió el niño en la cocina?",
    ),
    (
        Clause("eat", T("boy"), "past", patient=T("bread"), place="kitchen"),
        "place",
        "¿Dónde comió pan el niño?",
    ),
    (
        Clause("drink", T("girl", "young"), "past", patient=T("milk"), also=T("tea"), place="beach"),
        "place",
        "¿Dónde bebió leche y té la niña pequeña?",
    ),
    (
        Clause("buy", T("anna"), "past", patient=T("hat", count=2), place="shop"),
        "place",
        "¿Dónde compró Ana dos sombreros?",
    ),
    (Clause("see", T("paul"), "past", patient=T("dog"), place="beach"), "place", "¿Dónde vio Paul al perro?"),
    (
        Clause("help", T("man"), "future", patient=T("nurse"), time="tomorrow"),
        "patient",
        "¿A quién ayudará el hombre mañana?",
    ),
    (Clause("visit", T("man"), "past", patient=T("maria")), "patient", "¿A quién visitó el hombre?"),
    (Clause("love", T("girl"), "present", patient=T("cat")), "patient", "¿A qué animal quiere la niña?"),
    (Clause("watch", T("girl"), "past", patient=T("animal")), "patient", "¿Qué observó la niña?"),
    (Clause("draw", T("girl"), "past", patient=T("cow")), "patient", "¿Qué dibujó la niña?"),
    (Clause("open", T("elif"), "past", patient=T("door")), "patient", "¿Qué abrió Elif?"),
    (
        Clause("give", T("woman"), "past", patient=T("rose"), recipient=T("boy")),
        "agent",
        "¿Quién le dio una rosa al niño?",
    ),
    (
        Clause("go", T("emma"), "past", place="market", time="on-monday"),
        "place",
        "¿Adónde fue Emma el lunes?",
    ),
    (Clause("go", T("emma"), "future", place="market"), "agent", "¿Quién irá al mercado?"),
    (Clause("be-at", T("key"), "present", place="office"), "place", "¿Dónde está la llave?"),
    (Clause("live-in", T("raj"), "present", place="delhi"), "place", "¿Dónde vive Raj?"),
    (Clause("cost", T("computer"), "present", amount=900), "amount", "¿Cuánto cuesta el ordenador?"),
]


@pytest.mark.parametrize(("clause", "front", "expected"), SENTENCES, ids=[text for *_, text in SENTENCES])
def test_sentences_read_as_written_by_hand(clause: Clause, front: Front, expected: str) -> None:
    """Every frame, tense, agreement and order."""
    assert write(GRAMMAR.sentence(clause, front), GRAMMAR.space).text == expected


@pytest.mark.parametrize(("clause", "role", "expected"), QUESTIONS, ids=[text for *_, text in QUESTIONS])
def test_questions_read_as_written_by_hand(clause: Clause, role: Role, expected: str) -> None:
    """Every question word, with its verb before its subject."""
    assert write(GRAMMAR.question(clause, role), GRAMMAR.space).text == expected


def test_numbers_are_grouped_from_five_digits_on() -> None:
    """Four digits stay together."""
    grouped = {7: "7", 999: "999", 1250: "1250", 12_500: "12\u00a0500", 1_234_567: "1\u00a0234\u00a0567"}
    assert {value: GRAMMAR.number(value) for value in grouped} == grouped


def test_words_are_tagged_as_in_treebanks() -> None:
    """Contractions are one adposition; *no* is an adverb."""
    clause = Clause("give", T("maria"), "past", patient=T("book", "new"), recipient=T("boy"), negated=True)
    assert tags(GRAMMAR.sentence(clause, None)) == (
        "María/PROPN no/ADV le/PRON dio/VERB un/DET libro/NOUN nuevo/ADJ al/ADP niño/NOUN ./PUNCT"
    )
    clause = Clause("go", T("maria"), "past", place="park", time="last-week")
    assert tags(GRAMMAR.question(clause, "place")) == (
        "¿/PUNCT Adónde/ADV fue/VERB María/PROPN la/DET semana/NOUN pasada/ADJ ?/PUNCT"
    )


def test_names_are_entities_without_their_articles() -> None:
    """An article belongs to the span, not to the name."""
    clause = Clause("work-for", T("ivan"), "present", patient=T("red-cross"), place="new-york")
    words = GRAMMAR.sentence(clause, None)
    assert [f"{word.text}/{word.entity}" for word in words if word.entity != "O"] == [
        "Iván/B-PER",
        "Cruz/B-ORG",
        "Roja/I-ORG",
        "Nueva/B-LOC",
        "York/I-LOC",
    ]
    assert span(clause, "patient") == "la Cruz Roja"
    assert span(clause, "place") == "Nueva York"


def test_spans_leave_out_prepositions() -> None:
    """*a la niña* leaves its article, *al perro* does not."""
    clause = Clause("see", T("paul"), "past", patient=T("girl"), place="park", time="yesterday")
    assert span(clause, "patient") == "la niña"
    assert span(clause, "place") == "el parque"
    assert span(replace(clause, patient=T("dog")), "patient") == "perro"


def test_every_concept_has_its_row() -> None:
    """The tables and the lexicon name the same concepts."""
    own = world()
    tables = (own.nouns, own.qualities, own.places, own.names, own.times, own.numbers)
    concepts = [concept for table in tables for concept in table]
    concepts += [verb for verb in own.verbs if not verb.startswith("be-")]
    assert not [concept for concept in concepts if concept not in lexicon("es").rows]
    for phrase in ("ask-effect", "ask-cause"):
        assert lexicon("es").phrase(phrase, "phrase")[0] == Word("¿", "PUNCT")


def test_every_drawn_clause_is_rendered_with_its_roles_in_one_piece() -> None:
    """Nothing raises, and ``span`` finds every filled role."""
    dice = Dice(7, "test-es")
    fronts: tuple[Front, ...] = (None, "time", "place")
    for _ in range(3000):
        clause = draw(dice)
        filled: list[str] = [role for role, _ in clause.things if role != "also"]
        filled += [role for role in ("place", "time", "amount") if getattr(clause, role)]
        for front in fronts:
            written = write(GRAMMAR.sentence(clause, front), GRAMMAR.space)
            assert all(written.span(role) for role in filled), written.text
            assert written.text.endswith(".")


def tags(words: list[Word]) -> str:
    """Words with their parts of speech."""
    return " ".join(f"{word.text}/{word.upos}" for word in words)


def span(clause: Clause, role: str) -> str:
    """The text of a role in the clause's sentence."""
    written = write(GRAMMAR.sentence(clause, None), GRAMMAR.space)
    found = written.span(role)
    assert found is not None
    return written.text[slice(*found)]
