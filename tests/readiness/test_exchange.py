"""What a reply says of itself: one field of it, and all that a recording keeps."""

import pytest

from readiness.exchange import Reply


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"id": "a7"}', "a7"),
        (b'{"id": 7}', "7"),
        (b'{"id": null}', ""),
        (b'{"name": "a7"}', ""),
        (b'["id"]', ""),
        (b"id", ""),
    ],
)
def test_a_field_is_text_or_nothing(body: bytes, text: str) -> None:
    assert Reply(200, b"", body, 0.1).field("id") == text


def test_a_fact_holds_status_error_seconds_and_body() -> None:
    told = Reply(409, b"", b'{"code": "busy"}', 0.25, "refused").as_fact()
    assert told == {"status": 409, "error": "refused", "seconds": 0.25, "body": {"code": "busy"}}
    assert Reply(200, b"", b"text", 0.1).as_fact()["body"] is None


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b'{"spot": "31.5"}', 31.5), (b'{"spot": -2}', -2.0), (b'{"spot": 0}', 0.0), (b'{"spot": "NaN"}', None),
        (b'{"spot": "inf"}', None), (b'{"spot": null}', None), (b'{"spot": "much"}', None), (b"[1]", None), (b"<html>", None),
    ],
)  # fmt: skip
def test_a_number_may_stand_there_as_text(body: bytes, number: float | None) -> None:
    assert Reply(200, b"", body, 0.1).number("spot") == number
