"""Where a policy comes from: a built-in one, a tier, the settings or a file of its own, one laid over the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from readiness.errors import PolicyError
from readiness.loader import Catalog
from readiness.policy import STANDARD, Policy, builtin
from readiness.policy_file import from_mapping, with_tier
from readiness.policy_lint import complaints_about
from readiness.settings import Settings
from readiness.yaml_file import read_yaml

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Layer:
    """The policy as it stands once ``source`` has had its say."""

    source: str
    policy: Policy


def read_policy(name: str | None, settings: Settings, catalog: Catalog | None = None) -> Policy:
    """Return the policy called ``name`` (built in, or a file), or else that of the settings.

    With the ``catalog`` every name, option and severity is held against it too. PolicyError holds every complaint.
    """
    policy = read_layers(name, settings)[-1].policy
    if catalog is not None and (complaints := complaints_about(policy, catalog, settings.evidence)):
        raise PolicyError("\n".join(complaints))
    return policy


def read_layers(name: str | None, settings: Settings) -> tuple[Layer, ...]:
    """Return the policy as it grows, from the standard one to what a run is held against."""
    if name is not None and Path(name).suffix in SUFFIXES:
        return _laid_over(_read(Path(name)), None, name)
    return _laid_over(settings.policy, name, "the policy section of the settings")


def effective(layers: Sequence[Layer]) -> str:
    """Return the effective policy as YAML; as a policy file it gives the same policy again, with the same hash.

    A value that is not the standard policy's carries a comment that says where it comes from.
    """
    lines = []
    for name, value in _written(layers[-1].policy).items():
        if isinstance(value, Mapping) and value:
            lines.append(f"{name}:")
            for key, entry in value.items():
                lines += [f"  {line}" for line in _entry(key, entry, _origin((name, key), layers))]
        else:
            lines += _entry(name, value, _origin((name,), layers))
    return "\n".join(lines) + "\n"


def _entry(name: str, value: object, comment: str) -> list[str]:
    first, *rest = yaml.safe_dump({name: value}, sort_keys=False, allow_unicode=True, width=10_000).split("\n")[:-1]
    if rest and isinstance(value, str):  # behind the first line of a long text it would be part of the text
        return [comment.strip(), first, *rest] if comment else [first, *rest]
    return [first + comment, *rest]


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise PolicyError(f"--policy {path}: there is no such file")
    try:
        data = read_yaml(path)
    except ValueError as error:
        raise PolicyError(f"--policy {path}: {error}") from None
    if not isinstance(data, dict):
        raise PolicyError(f"--policy {path}: must be a mapping")
    return data


def _laid_over(data: Mapping[str, Any], base: str | None, source: str) -> tuple[Layer, ...]:
    layers = [Layer(STANDARD.name, STANDARD)]
    start = builtin(base or str(data.get("base", STANDARD.name)))
    if start is not STANDARD:
        layers.append(Layer(start.name, start))
    policy = from_mapping(data, start) if data else start
    if (tiered := with_tier(data, start)) is not start:
        layers.append(Layer(f"tier {tiered.tier}", tiered))
    if data:
        layers.append(Layer(source, policy))
    return tuple(layers)


def _written(policy: Policy) -> dict[str, Any]:
    """Everything that a file has to say to give this policy: what a tier would ask of a check is said outright."""
    said = policy.model_dump(mode="json")
    for check, rule in said["checks"].items():
        said["checks"][check] = {name: value for name, value in rule.items() if name == "required" or value}
        weightless = {"weight": rule["weight"]} if rule["weight"] == 0 else {}
        counted = {"advisory": False} if rule["advisory"] is False else {}
        said["checks"][check] |= weightless | counted
    return said


def _origin(path: tuple[str, ...], layers: Sequence[Layer]) -> str:
    """A comment with the layer that set a value, and what the standard policy says instead."""
    values = [_at(layer.policy, path) for layer in layers]
    if values[-1] == values[0]:
        return ""
    changed = max(place for place in range(1, len(values)) if values[place] != values[place - 1])
    usual = f"; standard: {values[0]}" if isinstance(values[0], float | str | bool) else ""
    return f"  # {layers[changed].source}{usual}"


def _at(policy: Policy, path: tuple[str, ...]) -> Any:
    value = getattr(policy, path[0])
    return value.get(path[1]) if len(path) > 1 else value
