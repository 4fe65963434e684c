"""A file that says two things at once, or nothing that can be, is refused in one line that says where."""

from pathlib import Path

import pytest

from readiness.yaml_file import read_yaml


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("policy: {threshold: 0.9, threshold: 0.1}", "the key 'threshold' is given twice"),
        ("a: 1\nb: 2\na: 3", "the key 'a' is given twice"),
        ("target: &here {name: x, more: *here}", "holds itself"),
        ("list: &here [1, *here]", "holds itself"),
        ("limit: 1" + "0" * 400, "a number beyond 2**63"),
        ("limit: 1" + "0" * 5000, "digits"),
        ('name: "\\ud800"', "half a character"),
        ('"\\ud800": 1', "half a character"),
        ("day: 2026-02-31", "day is out of range"),
        ("a: [", "expected the node content"),
        ("[" * 3000, "not readable as YAML"),
        ("tag: !!python/name:os.system", "could not determine a constructor"),
    ],
)
def test_what_nobody_meant_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "file.yaml").write_text(text)
    with pytest.raises(ValueError, match="not readable as YAML") as caught:
        read_yaml(tmp_path / "file.yaml")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_used_twice_or_merged_is_meant(tmp_path: Path) -> None:
    text = "base: &base {limit: 1, deep: {er: [1]}}\nother: {<<: *base, limit: 2}\nsame: [*base, *base]\nlarge: 9223372036854775808"
    (tmp_path / "file.yaml").write_text(text)
    base = {"limit": 1, "deep": {"er": [1]}}
    assert read_yaml(tmp_path / "file.yaml") == {
        "base": base, "other": {**base, "limit": 2}, "same": [base, base], "large": 2**63,
    }  # fmt: skip
