"""Errors tell the caller what to do, and nothing about the inside: no traceback, no file path, no SQL.

Why: a traceback names libraries, versions, paths and queries; that is what an attacker would ask for first.
Fix: answer unexpected errors with a fixed text and a request id; write the details to the log under that id.
"""

import html
import re
from urllib.parse import quote, unquote

from readiness import Fact, Recording, Table, Unknown, check

SIGNS = {
    "traceback": re.compile(
        r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|\bat [\w.$<>]+\([\w.]+:\d+\)|goroutine \d+ \["
    ),
    "file path": re.compile(
        r"(?<![\w:/.])/(?:usr|home|opt|app|srv|var|tmp|root|work|code|src)/[\w./-]+|site-packages|[A-Z]:\\\\?\w+\\"
    ),
    "SQL": re.compile(
        r"\bSELECT\s.+?\sFROM\s|\bINSERT\s+INTO\s|\bUPDATE\s+\w+\s+SET\s|\bDELETE\s+FROM\s|SQLSTATE|SQL syntax"
        r"|\bselect\s.+?\sfrom\s+\S+\s+(?:where|join|limit|order by)\s|\binsert\s+into\s+\S+\s*(?:\(|values)",
        re.DOTALL,
    ),
}
"""Python, Java and Go stack traces; absolute paths where programs lie; statements and messages of databases.

Lower case needs more of a statement, because "select a date from" is English."""
NOWHERE = "unknown path"


@check(
    category="security",
    severity="major",
    needs="inspection",
    fix="Answer with an error code and a request id; keep tracebacks, paths and SQL in the log.",
    effort="minutes",
)
def error_leak(recording: Recording) -> Fact | Unknown:
    """Every body of a provoked error is searched for signs of the inside; that of an unknown path alone clears nothing."""
    told = recording.facts.get("errors")
    if told is None:
        return Unknown("the scenario provoked no errors")
    errors = [one for one in told if not one["error"] and one["status"] >= 400]
    if not errors:
        return Unknown(f"none of {len(told)} wrong requests was answered with an error")
    rows = []
    for one in errors:
        body = _without(one["body"], one.get("path", ""))
        for sign, pattern in SIGNS.items():
            if found := pattern.search(body):
                rows.append((one["what"], one["status"], sign, found[0][:120]))
    if rows:
        what, status, sign, text = rows[0]
        leaking = len({row[0] for row in rows})
        reason = f"{leaking} of {len(errors)} errors show the inside; the first: {what} answered {status} with a {sign}"
        table = Table("What errors show", ("request", "status", "sign", "found"), tuple(rows[:50]))
        return Fact(False, f"{reason} ({text!r})", (table,))
    if all(one["what"] == NOWHERE for one in errors):
        return Unknown("only a path that does not exist was answered with an error; no described operation was")
    unexpected = sum(one["status"] >= 500 for one in errors)
    also = f"; {unexpected} of them were 5xx" if unexpected else ""
    return Fact(True, f"{len(errors)} provoked errors show no traceback, file path or SQL{also}", rounds=len(errors))


def _without(body: str, path: str) -> str:
    """The body without the path that was asked for, which many errors repeat (`path` of Spring, `instance` of RFC 9457)."""
    if not path:
        return body
    asked = path.partition("?")[0]
    plain = {path, asked, unquote(path), unquote(asked), quote(unquote(asked))}
    quoted = ("&#39;", "&#x27;", "\\u0027", "\\'")
    spelled = plain | {html.escape(one) for one in plain} | {one.replace("'", sign) for one in plain for sign in quoted}
    for one in sorted(spelled, key=len, reverse=True):
        body = re.sub(rf"(?<![\w/]){re.escape(one)}(?![\w/-]|\.\w)", " ", body)
    return body
