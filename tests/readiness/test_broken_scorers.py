"""A property that cannot fail proves nothing: each one is seen to fail on a scorer that is broken on purpose."""

from pathlib import Path

import pytest

from readiness import bars, curve, policy, policy_file, scoring, verdict, waivers, weighing
from tests.readiness.broken_scorers import MUTANTS, Mutant
from tests.readiness.properties import MODULES as PROPERTY_MODULES
from tests.readiness.properties import PROPERTIES, statement

CASES = 1000
MODULES = (curve, policy, policy_file, waivers, scoring, weighing, bars, verdict, statement, *PROPERTY_MODULES)


def planted(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace it in every module that uses it."""
    homes = [module for module in MODULES if hasattr(module, mutant.attribute)]
    assert homes, f"there is no {mutant.attribute}: the mutant breaks nothing"
    broken = mutant.broken(getattr(homes[0], mutant.attribute))
    for module in homes:
        monkeypatch.setattr(module, mutant.attribute, broken)


@pytest.mark.parametrize(
    ("mutant", "name"),
    [(mutant, name) for mutant in MUTANTS for name in mutant.caught_by],
    ids=lambda value: value if isinstance(value, str) else value.says,
)
def test_a_broken_scorer_is_caught(mutant: Mutant, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(mutant, monkeypatch)
    with pytest.raises(AssertionError):
        PROPERTIES[name].run(CASES, shrink=False)


def test_every_property_was_seen_to_fail() -> None:
    assert PROPERTIES.keys() == {name for mutant in MUTANTS for name in mutant.caught_by}
    assert all(mutant.caught_by for mutant in MUTANTS), "a mutant that nothing catches is a hole"
    assert len({mutant.says for mutant in MUTANTS}) == len(MUTANTS) >= 20


def page() -> str:
    """What docs/scorer-proof.md says: every property, and the broken scorers that it was seen to catch."""
    rows = [
        f"| {name.replace('_', ' ')} | {'; '.join(one.says for one in MUTANTS if name in one.caught_by)} |"
        for name in sorted(PROPERTIES)
    ]
    return "\n".join([HEAD, *rows, ""])


HEAD = """# The scorer, proven on broken ones

Each property is run on 2000 random cases (`tests/readiness/test_verdict_properties.py`), and is seen to fail on scorers that are broken
on purpose (`tests/readiness/broken_scorers.py`). This page is made from that table, and a test compares the two.

| property | broken scorers that it catches |
|---|---|"""


def test_the_documentation_lists_them_all() -> None:
    assert (Path(__file__).parents[2] / "docs" / "scorer-proof.md").read_text() == page()
