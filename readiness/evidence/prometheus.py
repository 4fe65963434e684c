"""The answer to an instant query of Prometheus -> one measured value. An empty answer is UNKNOWN: nobody was looking."""

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from readiness.evidence.reading import (
    MAX_BYTES,
    Document,
    Entry,
    Reading,
    Unusable,
    read_document,
    read_json,
    short,
    utc,
)
from readiness.evidence.source import PrometheusQuery
from readiness.model import Measured, Table

SHOWN = 50
"""Series that a report shows; the worst of all counts."""

Point = tuple[str, float, float]
"""Labels, seconds since 1970, value."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What answers on loopback must not send us elsewhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def read(source: PrometheusQuery, now: str) -> Reading:
    """Read the file of a source, or ask its server, at the time ``now``."""
    document = _asked(source, now) if source.url else read_document(source.folder, source.file)
    answer = read_json(document)
    if answer.get("status") != "success":
        raise Unusable(
            f"{document.name}: the query failed: {short(answer.get('error', 'no reason given'))}", broken=True
        )
    points = _points(answer.get("data"), document.name)
    if not points:
        raise Unusable(f"{document.name}: the answer is empty: nothing was measured", made=document.modified)
    value = _worst(points, source.better)
    rows = tuple((labels, shown if math.isfinite(shown) else str(shown)) for labels, _, shown in points[:SHOWN])
    outcome = Measured(
        value[2], source.unit, source.objective, source.limit, source.better,
        reason=f"{source.query or document.name}, {f'the worst of {len(points)}' if len(points) > 1 else 'the only'} series",
        evidence=(Table("What Prometheus answered", ("series", "value"), rows),),
    )  # fmt: skip
    made = utc(min(at for _, at, _ in points))
    title = short(source.query) or "The answer of Prometheus is within its limit"
    entry = Entry(title=title, outcome=outcome, location=document.name)
    return Reading(origin=f"Prometheus, {document.name}", read=now, made=made, sha256=document.sha256, entries=(entry,))


def _asked(source: PrometheusQuery, now: str) -> Document:
    address = f"{source.url.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': source.query})}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(address, timeout=source.seconds / 2) as reply:
            content = reply.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            content = error.read(MAX_BYTES)
        if not content.lstrip().startswith(b"{"):
            raise Unusable(f"{source.url}: answered {error.code}", broken=True) from None
    except (OSError, ValueError) as error:
        raise Unusable(f"{source.url}: does not answer: {short(error)}") from None
    if len(content) > MAX_BYTES:
        raise Unusable(f"{source.url}: answered with more than {MAX_BYTES} bytes", broken=True)
    return Document(name=source.url, content=content, modified=now)


def _points(data: object, name: str) -> list[Point]:
    """The points of an instant vector or a scalar; a range of values has no single one."""
    kind = data.get("resultType") if isinstance(data, dict) else None
    try:
        if isinstance(data, dict) and kind == "scalar":
            return [("", *_point(data["result"]))]
        if isinstance(data, dict) and kind == "vector":
            return [(_labels(series.get("metric", {})), *_point(series["value"])) for series in data["result"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unusable(f"{name}: is not as Prometheus answers: {short(error)}", broken=True) from None
    raise Unusable(
        f"{name}: is a {short(kind, 40)}; right would be a vector or a scalar (an instant query)", broken=True
    )


def _point(pair: Any) -> tuple[float, float]:
    at, value = pair
    if not math.isfinite(float(at)) or not 0 <= float(at) < 1e11:
        raise ValueError(f"time {at!r}")
    return float(at), float(value)


def _labels(metric: Mapping[str, Any]) -> str:
    return short(json.dumps(dict(sorted(metric.items()))), 200) if metric else ""


def _worst(points: list[Point], better: str) -> Point:
    """The point that decides; one that is not a number is worse than any."""
    for point in points:
        if math.isnan(point[2]):
            return point
    return max(points, key=lambda point: point[2] if better == "lower" else -point[2])
