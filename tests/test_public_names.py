"""`readiness.__all__` is exactly what is public, and each name leads somewhere."""

import subprocess
import sys

import readiness


def test_names_are_sorted_and_have_a_home() -> None:
    assert sorted(readiness.__all__) == sorted(readiness._HOME_OF)
    for name in readiness.__all__:
        assert getattr(readiness, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(readiness, "no_such_name")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, readiness.cli\n"
        "try: readiness.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'plotly', 'duckdb', 'numpy', 'pydantic', 'rich'} & sys.modules.keys()\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
