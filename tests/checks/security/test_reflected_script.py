"""Only an unescaped script in a page fails."""

import pytest

from checks.security.reflected_script import reflected_script
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply

SCRIPT = "<p><script>canary</script> was not found</p>"


@pytest.mark.parametrize(
    ("body", "headers", "good"),
    [
        (SCRIPT, {"content-type": "text/html"}, False), (SCRIPT, {}, False), (SCRIPT, {"content-type": "text/plain"}, True),
        ("&lt;script&gt;canary&lt;/script&gt;", {"content-type": "text/html"}, True),
    ],
)  # fmt: skip
def test_the_page_decides(body: str, headers: dict[str, str], good: bool) -> None:
    assert holds(reflected_script(recording("script", path=reply(404, body, headers=headers)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("script", path=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(reflected_script(given), Unknown)
