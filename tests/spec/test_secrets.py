"""Tests of spec.secrets: what looks like a token, or is the value of a key, is not printed."""

from __future__ import annotations

import pytest

from stiltwalk.spec.secrets import HIDDEN, without_secrets


@pytest.mark.parametrize("name", ["HF_TOKEN", "WANDB_API_KEY", "MLFLOW_TRACKING_PASSWORD", "my_secret"])
def test_values_of_keys_are_hidden(name: str) -> None:
    """Wherever in the text, and as often as they are in it."""
    said = without_secrets("401 for abcdef123 at x?k=abcdef123", {name: "abcdef123", "HOME": "401"})
    assert said == f"401 for {HIDDEN} at x?k={HIDDEN}"


def test_of_two_values_the_longer_is_hidden_whole() -> None:
    """One key may begin with another."""
    known = {"A_TOKEN": "abcdef", "B_TOKEN": "abcdefghi"}
    assert without_secrets("abcdefghi", known) == HIDDEN


def test_short_values_are_words() -> None:
    """A flag whose name has TOKEN in it hides no word of a message."""
    assert without_secrets("it is true", {"USE_TOKEN": "true"}) == "it is true"


def test_shapes_of_tokens_are_hidden() -> None:
    """Also of tokens that this process was never given."""
    assert without_secrets("hf_abcDEF0123456789 is wrong", {}) == f"{HIDDEN} is wrong"
    assert without_secrets("http://me:word@host/x", {}) == f"http://{HIDDEN}@host/x"
    assert without_secrets("http://h/?write_token=ab1&y=2", {}) == f"http://h/?write_token={HIDDEN}&y=2"
    assert without_secrets("Authorization: Bearer abc.def", {}) == f"Authorization: Bearer {HIDDEN}"


def test_what_is_no_secret_is_left() -> None:
    """Addresses, paths and names."""
    said = "404 for https://huggingface.co/me/hf_model: no such repo"
    assert without_secrets(said, {}) == said
