"""Names of files: plain letters, never empty, never too long."""

from __future__ import annotations

import pytest

from stiltwalk.spec.slugs import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("<b>A b/../c</b>", "b-a-b-c-b"),
        ("\u05ea", "x"),
        ("Ünder_é", "under-e"),
        ("<script>XLM-R Größe/Large</script>", "script-xlm-r-groe-large-script"),
        ("long" * 40, "long" * 10),
    ],
)
def test_slugs_are_names_of_files(name: str, expected: str) -> None:
    """Marks and letters of other scripts go, accents with them."""
    assert slug(name) == expected
