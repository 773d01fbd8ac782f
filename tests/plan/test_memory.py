"""Tests of plan.memory: arithmetic, solved by hand, and what published counts make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.plan.memory import (
    WAYS,
    Pass,
    Way,
    activations,
    lora_parameters,
    need,
    needs,
    prediction,
    state,
)
from stiltwalk.plan.sizes import Sizes, sizes_of_known
from stiltwalk.spec.encoders import KNOWN_ENCODERS

SMALL = Sizes(layers=3, hidden=10, feed_forward=40, heads=2, vocabulary=100, positions=16)
LAYER = 4 * 10 * 10 + 2 * 10 * 40 + 3 * 10 + 40 + 6 * 10
ALL = 3 * LAYER + 100 * 10 + 18 * 10
PLAIN = Pass(tokens=64, length=8, dropout=False)

XL = sizes_of_known(KNOWN_ENCODERS["facebook/xlm-roberta-xl"])
BILLION_BATCH = Pass(tokens=4096, length=512, half=True)


def test_parameters_by_hand() -> None:
    """Four matrices of attention, two of feed-forward, biases, norms; table, positions and their norm."""
    assert (SMALL.layer, SMALL.parameters) == (LAYER, ALL)


def test_state_by_hand() -> None:
    """Sixteen bytes a trained parameter, four a frozen one."""
    assert state(5, 7) == 16 * 5 + 4 * 7
    assert need(SMALL, PLAIN).state == 16 * ALL
    assert need(SMALL, PLAIN._replace(half=True)).state == 16 * ALL + 2 * 3 * LAYER


def test_activations_by_hand() -> None:
    """Six widths and two inner ones go into products and attention, two widths into norms, all in fp32."""
    layer = 4 * (6 * 10 + 2 * 40) + 8 * 10 + 4 * 2
    assert activations(SMALL, PLAIN) == 64 * (3 * layer + 12 * 10)
    again = 64 * (2 * 4 * 10 + layer + 12 * 10)
    assert activations(SMALL, PLAIN, "checkpointed") == again


def test_scores_of_attention_by_hand() -> None:
    """On a processor dropout costs three fp32 numbers a head and pair of tokens, and four-byte masks."""
    there = PLAIN._replace(dropout=True)
    more = activations(SMALL, there._replace(accelerator=False)) - activations(SMALL, PLAIN)
    assert more == 64 * (3 * (12 * 2 * 8 - 4 * 2 + 2 * 40) + 2 * 40)
    assert activations(SMALL, there) - activations(SMALL, PLAIN) == 64 * (3 * 2 * 10 + 2 * 10)


@pytest.mark.parametrize(("gated", "inner"), [(False, 1), (True, 7)])
def test_attention_by_distance_by_hand(gated: bool, inner: int) -> None:
    """Its scores, four numbers of a norm, and in feed-forward what a GELU of several operations keeps."""
    kin = SMALL._replace(distances=True, gated=gated)
    assert kin.layer == 4 * 10 * 10 + (3 if gated else 2) * 10 * 40 + 2 * 10
    layer = 4 * (6 * 10 + inner * 40) + 16 * 10 + 4 * 2 + 4 * 2 * 8
    around = 4 * 10 * (4 if gated else 3)
    assert activations(kin, PLAIN) == 64 * (3 * layer + around)
    # the first layer is kept whole
    assert activations(kin, PLAIN, "checkpointed") == 64 * (2 * layer + 4 * 10 + around)


def test_what_is_not_read_is_not_kept_by_the_last_layer() -> None:
    """Of it stay what goes into attention, and attention's answer."""
    nothing = activations(SMALL, PLAIN._replace(read=0.0))
    layer = 4 * (6 * 10 + 2 * 40) + 8 * 10 + 4 * 2
    assert nothing == 64 * (2 * layer + 4 * 5 * 10 + 4 * 2 + 4 * 10)


def test_masked_lm_by_hand() -> None:
    """Scores, softmax and gradient of the masked eighth; there the whole table is trained."""
    masked = PLAIN._replace(masked=0.125)
    assert activations(SMALL, masked) - activations(SMALL, PLAIN) == 12 * 8 * 100
    assert {each.way for each in needs(SMALL, masked, [1])} == {"full", "checkpointed", "lora"}


def test_lora_by_hand() -> None:
    """Two matrices of rank 4 beside query and value in each layer; the rest is there, and no more."""
    assert lora_parameters(SMALL, 4) == 3 * 2 * 4 * (10 + 10)
    assert need(SMALL, PLAIN, "lora").state == 16 * lora_parameters(SMALL) + 4 * ALL
    assert activations(SMALL, PLAIN, "lora") < activations(SMALL, PLAIN)


def test_trimmed_by_hand() -> None:
    """A table of 100,000 rows is trained in 45,000 of them; a small one whole."""
    large = SMALL._replace(vocabulary=100_000)
    assert need(large, PLAIN).state - need(large, PLAIN, "trimmed").state == 16 * 55_000 * 10
    assert need(SMALL, PLAIN, "trimmed") == need(SMALL, PLAIN)._replace(way="trimmed")


def test_cards_by_hand() -> None:
    """State is cut; beside activations the table is whole, and three times a layer."""
    over = need(SMALL._replace(vocabulary=500), PLAIN, cards=4)
    outside = 500 * 10 + 18 * 10
    assert over.state == 16 * (ALL + 4000) // 4
    assert over.gathered == 4 * outside + 12 * LAYER
    assert over.total == over.state + over.gathered + over.activations
    assert need(SMALL, PLAIN, cards=2).gathered == 4 * (100 + 18) * 10 + 12 * LAYER
    assert need(SMALL, PLAIN, "lora", cards=2).gathered == 4 * (100 + 18) * 10 + 12 * LAYER
    assert need(SMALL, PLAIN).gathered == 0


def test_the_end_of_the_way_back_by_hand() -> None:
    """Without activations, but with the gradient of a large table twice, and once more in pieces."""
    large, little = SMALL._replace(vocabulary=50_000), PLAIN._replace(tokens=1)
    over = need(large, little, cards=4)
    assert over.gathered + over.activations == (8 + 1) * (50_000 + 18) * 10
    frozen = need(large, little, "lora", cards=4)
    assert frozen.gathered == 4 * (50_000 + 18) * 10 + 12 * LAYER


def test_copies_in_bf16_are_not_cut() -> None:
    """Each card makes those of every layer for its own passes."""
    half = PLAIN._replace(half=True)
    assert need(SMALL, half, cards=4).state - need(SMALL, PLAIN, cards=4).state == 2 * 3 * LAYER


def test_prediction_by_hand() -> None:
    """States of one layer and one of each, and the scores of one layer's attention."""
    assert prediction(SMALL, PLAIN) == 64 * (4 * (8 * 10 + 2 * 40 + 10 * 4) + 12 * 2 * 8)


@pytest.mark.parametrize("hub", sorted(KNOWN_ENCODERS))
def test_published_counts(hub: str) -> None:
    """Sizes that follow from two published counts have those counts, and the inner width of the papers."""
    known = KNOWN_ENCODERS[hub]
    sizes = sizes_of_known(known)
    assert sizes.parameters == pytest.approx(known.parameters * 1e6, rel=0.005)
    assert sizes.inside == pytest.approx(known.encoder_parameters * 1e6, rel=0.005)
    assert sizes.feed_forward == pytest.approx(4 * known.hidden, rel=0.01)


def test_an_encoder_of_three_and_a_half_billion() -> None:
    """XLM-R XL: 55.6 GB of state as 16 bytes a parameter have it, and every saving saves."""
    assert need(XL, BILLION_BATCH._replace(half=False)).state == pytest.approx(16 * 3.47e9, rel=0.005)
    found: dict[tuple[Way, int], int] = {
        (each.way, each.cards): each.total for each in needs(XL, BILLION_BATCH, [1, 2, 4, 8])
    }
    assert len(found) == 4 * len(WAYS)
    for cards in (1, 2, 4, 8):
        assert all(found[way, cards] < found["full", cards] for way in WAYS if way != "full")
    for way in WAYS:
        assert found[way, 1] > found[way, 2] > found[way, 4] > found[way, 8]


@given(
    sizes=st.builds(
        Sizes,
        layers=st.integers(1, 50),
        hidden=st.integers(1, 64).map(lambda n: 64 * n),
        feed_forward=st.integers(1, 20_000),
        heads=st.just(8),
        vocabulary=st.integers(1, 300_000),
        positions=st.just(512),
        key_heads=st.sampled_from([0, 1, 4, 8]),
        head_width=st.sampled_from([0, 64]),
        gated=st.booleans(),
    ),
    read=st.floats(0, 1),
    half=st.booleans(),
    dropout=st.booleans(),
    accelerator=st.booleans(),
)
def test_no_saving_costs(sizes: Sizes, read: float, half: bool, dropout: bool, accelerator: bool) -> None:
    """Checkpointed, trimmed or frozen, an encoder keeps no more; more tokens never take less."""
    batch = Pass(128, 64, read, half=half, dropout=dropout, accelerator=accelerator)
    assert need(sizes, batch, "trimmed").total <= need(sizes, batch).total
    assert activations(sizes, batch, "lora") <= activations(sizes, batch)
    if sizes.layers > 2:
        assert activations(sizes, batch, "checkpointed") <= activations(sizes, batch)
    assert activations(sizes, batch) <= activations(sizes, batch._replace(tokens=129))
