"""A version in an answer or in a build series; an empty one is none."""

from typing import Any

import pytest

from checks.monitoring.version_told import version_told
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(found: dict[str, dict[str, str]], *series: str, **changes: Any) -> Recording:
    told = {"asked": ["/health"], "found": found, "series": list(series), "scraped": True}
    return Recording(facts={"version": told | changes})


@pytest.mark.parametrize(
    "given",
    [
        _recording({"/health": {"version": "1.4.2"}}),
        _recording({"/health": {"version": "", "commit": "3f2a91c"}}),
        _recording({}, 'app_build_info{branch="main",revision="3f2a91c",version=""}'),
    ],
)
def test_a_version_passes(given: Recording) -> None:
    assert holds(version_told(given))


@pytest.mark.parametrize(
    "given",
    [
        _recording({}),
        _recording({"/health": {"version": "unknown"}}),
        _recording({"/health": {"version": " DEV "}}),
        _recording({}, 'app_build_info{version="(devel)",branch="main"}'),
        _recording({}, "app_build_info 1"),
    ],
)
def test_none_or_an_empty_one_fails(given: Recording) -> None:
    assert not holds(version_told(given), "no version in /health or in a build series")


@pytest.mark.parametrize("given", [Recording(), _recording({}, asked=[], scraped=False)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(version_told(given), Unknown)
