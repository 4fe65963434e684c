"""What crosses a file border comes back as it was, infinities included."""

import math

from readiness.report import Interval


def test_an_infinite_interval_survives_the_way_over_json() -> None:
    sent = Interval(low=-math.inf, high=math.inf)
    assert Interval.model_validate_json(sent.model_dump_json()) == sent


def test_not_a_number_survives_the_way_over_json() -> None:
    back = Interval.model_validate_json(Interval(low=math.nan, high=1.0).model_dump_json())
    assert math.isnan(back.low)
