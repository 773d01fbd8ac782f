"""YAML that users write: read without running anything in it, and with every mistake placed."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from stiltwalk.spec.errors import StudyError, UserError


def read_yaml(path: Path, kind: str, fields: str) -> dict[str, Any]:
    """The mapping that a YAML file holds.

    Args:
        path: the file, in UTF-8.
        kind: what it describes, for messages: ``study``, ``task``.
        fields: some that are expected, for messages.

    Raises:
        UserError: no such file; not UTF-8 or not YAML, with the place; a field that stands twice; no mapping.
    """
    try:
        # a SafeLoader: no Python object can be made by a user's file
        raw = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506
    except OSError as error:
        raise UserError(f"Cannot read the {kind} file {path}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise StudyError(f"{path} is not UTF-8 text: byte {error.start}. Save it as UTF-8.") from None
    except (yaml.YAMLError, ValueError) as error:  # a ValueError: a date that no calendar has
        raise StudyError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(raw, dict):
        raise StudyError(f"{path} holds no {kind}: expected fields such as {fields}.")
    return raw


class _StrictLoader(yaml.SafeLoader):
    """Reads YAML safely, and refuses a field that stands twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the safe loader, after a look for fields that stand twice."""
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        if twice:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"{', '.join(twice)} stands twice in the mapping that begins at line {line}")
        return super().construct_mapping(node, deep=deep)
