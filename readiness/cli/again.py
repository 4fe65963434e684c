"""The words that a run was called with, so that a finding of it can be had again: portable, and without a secret."""

import argparse
from pathlib import Path

from readiness.settings import public_address

SEED = 7


def words_of(asked: argparse.Namespace, here: Path) -> tuple[str, ...]:
    """Return the arguments that lead to the same target under the same rules; not the selection, nor the profile.

    A path below ``here`` is given from there; user, password and query of an address are left out.
    """
    given = [("--config", asked.config and _from(here, asked.config))]
    given += [("--plugins", _from(here, folder)) for folder in asked.plugins]
    given += [
        ("--target", asked.target and public_address(asked.target)),
        ("--mutant", asked.mutant),
        ("--policy", asked.policy and _from(here, asked.policy)),
        ("--seed", "" if asked.seed == SEED else str(asked.seed)),
    ]
    return tuple(word for option, value in given if value for word in (option, value))


def _from(here: Path, text: str) -> str:
    """A path as it is said in ``here``; what is no absolute path, or lies elsewhere, stays as it is."""
    path = Path(text)
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else text
