"""The arguments of every subcommand. Subcommands are imported when they are called, so that --help is quick."""

import argparse
import importlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NoReturn

from readiness.cli import EXIT_CODES, load_arguments
from readiness.errors import UsageError, nearest
from readiness.model import CATEGORIES, PROFILES

COMMANDS = {
    "run": "grade the target (the default)",
    "list": "show suites, scenarios and checks",
    "explain": "what a check or scenario is, why, how to fix, its thresholds",
    "init": "write a commented readiness.yaml for a service",
    "doctor": "what this machine and target allow, and what each missing capability would decide",
    "load": "drive a URL or a journey, with live figures and thresholds",
    "judge": "judge a stored run again",
    "history": "the trend of every category and check over stored runs",
    "compare": "what changed between two runs, or between two versions that run side by side",
    "policy": "lint, show or hash the policy that a run would be held against",
    "waivers": "list or lint what is waived, by whom and until when",
    "self-test": "plant every described defect and see its check turn red",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\ntry: {self.prog} --help")


def parse(given: Sequence[str]) -> argparse.Namespace:
    """Parse; without a subcommand the arguments are those of `run`."""
    words = list(given)
    first = next((word for word in words if not word.startswith("-")), None)
    if first not in COMMANDS and (not words or words[0] not in ("-h", "--help", "--version")):
        if words and not words[0].startswith("-"):
            raise UsageError(f"unknown command {words[0]!r}{nearest(words[0], COMMANDS)}; known: {', '.join(COMMANDS)}")
        words.insert(0, "run")
    elif words and words[0].startswith("-") and words[0] not in ("-h", "--help", "--version"):
        words.insert(0, "run")
    return _parser().parse_args(words)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="readiness",
        description="Grade a running system before it is deployed: READY, NOT READY or INCONCLUSIVE, with the evidence.",
        epilog=f"Without a command: run. Without readiness.yaml or --target: the sample desk.\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_const", dest="command", const=_lazy("version"))
    commands = parser.add_subparsers(metavar="COMMAND")
    made = {name: _command(commands, name, text) for name, text in COMMANDS.items()}
    _run_arguments(made["run"])
    _explain_arguments(made)
    _history_arguments(made["history"])
    _compare_arguments(made["compare"])
    _policy_arguments(made)
    load_arguments.add_arguments(made["load"])
    return parser


def _command(commands: "argparse._SubParsersAction[_Parser]", name: str, text: str) -> argparse.ArgumentParser:
    made = commands.add_parser(
        name, help=text, description=text, epilog=EXIT_CODES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.set_defaults(command=_lazy(name.replace("-", "_")))
    return made


def _lazy(module: str) -> Callable[[argparse.Namespace], int]:
    def call(asked: argparse.Namespace) -> int:
        command: Callable[[argparse.Namespace], int] = importlib.import_module(f"readiness.cli.{module}").command
        return command(asked)

    return call


def _source_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="settings (default: ./readiness.yaml, else the sample desk's)")
    parser.add_argument(
        "--target", metavar="ADDRESS", help="a running service: http://..., or python:package.module:name"
    )
    parser.add_argument("--plugins", metavar="FOLDER", action="append", default=[], help="a folder of your own plugins")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    _source_arguments(parser)
    parser.add_argument(
        "--categories", metavar="NAME", nargs="+", action="extend", default=[], help="only these suites or categories"
    )
    parser.add_argument("--check", metavar="ID", nargs="+", action="extend", default=[], help="only these checks")
    parser.add_argument("--profile", choices=("quick", "standard", "full"), help="how much time a run may take")
    parser.add_argument("--policy", metavar="NAME|FILE", help="standard, release, or a policy file")
    parser.add_argument("--output", metavar="FOLDER", help="where runs are kept (default: readiness-reports)")
    parser.add_argument("--mutant", metavar="NAME", help="plant a described defect in the target first")
    parser.add_argument("-x", "--fail-fast", action="store_true", help="start no further scenario after a broken one")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every result")
    parser.add_argument("--baseline", metavar="RUN", help="compare with this run (default: the last one alike)")
    parser.add_argument("--fail-on-regression", action="store_true", help="exit 1 where a check got worse than there")
    parser.add_argument("--no-report", action="store_true", help="write no report files")
    parser.add_argument("--seed", type=int, default=7, help="seed of every random choice (default: 7)")


def _explain_arguments(made: dict[str, argparse.ArgumentParser]) -> None:
    made["explain"].add_argument("id", metavar="ID", help="a check or scenario")
    for name in ("list", "explain"):
        made[name].add_argument(
            "--plugins", metavar="FOLDER", action="append", default=[], help="your own plugins, too"
        )
    _source_arguments(made["doctor"])
    _source_arguments(made["self-test"])
    _self_test_arguments(made["self-test"])
    made["judge"].add_argument("run", metavar="RUN", help="a run's folder")
    made["judge"].add_argument("--interrupted", action="store_true", help="the run did not end by itself")
    made["judge"].add_argument("--ended", metavar="MOMENT", type=_moment, help="when its gate was lost")
    made["judge"].add_argument("--policy", metavar="NAME|FILE", help="another policy")
    made["judge"].add_argument(
        "--today", metavar="DATE", type=_date, help="hold waivers against this day (UTC) instead of the day of the run"
    )
    made["judge"].add_argument(
        "--output", metavar="FOLDER", help="where its reports go (another policy: RUN/judged/...)"
    )
    made["judge"].add_argument("-v", "--verbose", action="store_true", help="show every result")
    init = made["init"]
    init.add_argument("--openapi", metavar="FILE|URL", help="the service's OpenAPI document")
    init.add_argument("--start", metavar="COMMAND", help="how the service is started; {port} is filled in")
    init.add_argument("--target", metavar="ADDRESS", help="where the running service is")
    init.add_argument(
        "--output", metavar="FILE", default="readiness.yaml", help="what to write (default: readiness.yaml)"
    )
    init.add_argument("--force", action="store_true", help="replace an existing file")


def _self_test_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", metavar="DEFECT", nargs="*", help="only these (default: all)")
    parser.add_argument(
        "--rounds", metavar="N", type=int, default=1, help="plant each so often, with a seed each (default: 1)"
    )
    parser.add_argument(
        "--healthy", metavar="N", type=int, help="no defect: run the healthy target N times; an alarm is a false one"
    )
    parser.add_argument("--profile", choices=PROFILES, help="how much time a run may take")
    parser.add_argument(
        "--jobs", metavar="N", type=int, default=2, help="rounds side by side (default: 2; load is alone)"
    )
    parser.add_argument("--runs", metavar="FOLDER", help="keep the runs here; a call that was cut off goes on")
    parser.add_argument(
        "--output", metavar="FILE", action="append", default=[], help="the table as .md or .json; may be repeated"
    )


def _history_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", nargs="?", help="where runs are kept (default: as for `run`)")
    parser.add_argument("--target", metavar="NAME", help="the runs of this target (default: the newest run's)")
    parser.add_argument("--profile", choices=PROFILES, help="the runs with this profile (default: the newest run's)")
    parser.add_argument(
        "--category", choices=CATEGORIES, metavar="NAME", help=f"only this one: {', '.join(CATEGORIES)}"
    )
    parser.add_argument("--check", metavar="ID", nargs="+", action="extend", default=[], help="only these checks")
    parser.add_argument("--last", metavar="N", type=int, help="only the last N runs")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="(default: table)")


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", metavar="RUN", nargs="*",
        help="the older and the newer one: a folder, a report, an id or its beginning, `previous`, `last`",
    )  # fmt: skip
    _source_arguments(parser)
    side_by_side = parser.add_argument_group("two versions that run in turn on this machine")
    side_by_side.add_argument("--candidate", metavar="COMMAND", help="starts the new version; {port} is filled in")
    side_by_side.add_argument("--baseline", metavar="COMMAND", help="starts the old version")
    side_by_side.add_argument("--rate", type=float, help="calls per second (default: 100)")
    side_by_side.add_argument("--seconds", type=float, help="measure so long at most (default: 20)")
    side_by_side.add_argument("--until-decided", action="store_true", help="measure on, for 10 minutes at most")
    side_by_side.add_argument("--seed", type=int, default=7, help="seed of every random choice (default: 7)")
    parser.add_argument(
        "--min-effect", metavar="SHARE", type=float, default=0.1, help="the smallest effect that counts (default: 0.1)"
    )
    parser.add_argument("--fail-on-regression", action="store_true", help="exit 1 where a check got worse")
    parser.add_argument("--output", metavar="FOLDER", help="where runs are kept (default: as for `run`)")
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="(default: table)")


def _policy_arguments(made: dict[str, argparse.ArgumentParser]) -> None:
    for name, actions in (("policy", ("lint", "show", "hash")), ("waivers", ("list", "lint"))):
        parser = made[name]
        parser.add_argument("action", choices=actions, metavar="|".join(actions))
        parser.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            help="a policy file, settings, or a built-in name (default: the settings)",
        )
        parser.add_argument("--today", metavar="DATE", type=_date, help="another day (UTC) than today, as 2026-01-31")
        _source_arguments(parser)
    made["waivers"].add_argument(
        "--run", metavar="RUN", help="what became of them in this run (its folder or JSON report)"
    )


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; right would be a moment like 2026-01-31T12:00:00+00:00") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; right would be a date like 2026-01-31") from None
