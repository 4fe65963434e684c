"""readiness --version."""

import argparse

from readiness.judging import installed_version


def command(asked: argparse.Namespace) -> int:  # noqa: ARG001 - all commands are called alike
    """Print the version."""
    print(f"readiness {installed_version()}")
    return 0
