"""Two writes under two keys, repeated after a kill: each counts once, or the key is named that did not."""

import pytest

from checks.data_integrity.idempotency_durable import idempotency_durable
from readiness import Fact, Recording, Unknown, integrity


def _round(change: str, cut_off: str = "info", repeated: str = "ok", *, name: str = "first") -> dict[str, object]:
    cent, dollar = f"{name} cent", f"{name} dollar"
    told = [(cent, "ok"), (dollar, cut_off), *[(cent, repeated), (dollar, repeated)] * 2]
    submits = [
        integrity.Invocation(0, "submit", place, place + 0.5, ending, key, key)  # type: ignore[arg-type]
        for place, (key, ending) in enumerate(told)
    ]
    return {"change": change, "keys": {cent: "0.01", dollar: "1.00"}, "submits": integrity.rows(submits)}


def _outcome(*rounds: dict[str, object]) -> Fact | Unknown:
    return idempotency_durable(Recording(facts={"rounds": list(rounds)}))


@pytest.mark.parametrize("cut_off", ["ok", "info", "fail"])
def test_once_each_passes_whatever_became_of_the_cut_off_one(cut_off: str) -> None:
    outcome = _outcome(_round("1.01", cut_off), _round("1.01", name="second"))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    assert outcome.rounds == 2


@pytest.mark.parametrize(
    ("change", "said"), [("1.02", "2 effects"), ("2.01", "2 effects"), ("1.00", "no effect"), ("0.01", "no effect")]
)
def test_twice_or_never_fails(change: str, said: str) -> None:
    outcome = _outcome(_round("1.01"), _round(change, name="second"))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason
    assert outcome.evidence


@pytest.mark.parametrize("rounds", [[], [{"problem": "it did not start"}], [_round("0.01", repeated="info")]])
def test_without_an_answer_nothing_is_known(rounds: list[dict[str, object]]) -> None:
    assert isinstance(_outcome(*rounds), Unknown)
