"""YAML as a person meant it: a key that is given twice, a value that holds itself or a number beyond all bounds is refused.

PyYAML lets the last of two equal keys win, so that a second ``threshold`` further down would lower the bar unseen.
"""

from pathlib import Path
from typing import Any

import yaml

LARGEST = 2**63
"""What no count, size or number of nanoseconds in these files reaches; beyond, numbers stop being exact and then finite."""


class _Loader(yaml.SafeLoader):
    """SafeLoader, but strict."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._within: set[int] = set()

    def construct_object(self, node: yaml.Node, deep: bool = True) -> Any:
        if id(node) in self._within:
            raise yaml.constructor.ConstructorError(None, None, "a value that holds itself", node.start_mark)
        self._within.add(id(node))
        try:
            value = super().construct_object(node, deep)
        except ValueError as error:  # a date that no calendar has, more digits than Python reads
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None
        finally:
            self._within.discard(id(node))
        if isinstance(value, int) and abs(value) > LARGEST:
            raise yaml.constructor.ConstructorError(None, None, "a number beyond 2**63", node.start_mark)
        if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise yaml.constructor.ConstructorError(None, None, "half a character (a surrogate)", node.start_mark)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = True) -> Any:
        seen: set[tuple[str, object]] = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else (key.tag, id(key))
            if name in seen:
                said = f"the key {key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, said, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says; ValueError in one line where it cannot be read or is not what a person meant."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not readable as YAML: {' '.join(str(error).split())}") from None
