"""The command line: one file per subcommand; the only place that catches."""

import os
import sys
import traceback
from collections.abc import Sequence

from readiness.errors import ReadinessError

EXIT_CODES = """exit codes:
  0  READY                      3  INCONCLUSIVE: the evidence does not decide
  1  NOT READY                  4  a defect of this tool
  2  usage, settings, policy    5  target unreachable, or machine unfit to measure
     or plugin error          130  interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run the subcommand, and turn every deliberate error into a message and its exit code."""
    # Not list(...): once `readiness list` has run, that name is our submodule here.
    given = [*(sys.argv[1:] if arguments is None else arguments)]
    from readiness.cli.arguments import parse

    try:
        asked = parse(given)
        # The console script has not the current folder on its path, `python -m` has: targets like python:app:call need it.
        if os.getcwd() not in sys.path and "" not in sys.path:  # noqa: PTH109 - sys.path holds strings
            sys.path.append(os.getcwd())  # noqa: PTH109
        code: int = asked.command(asked)
    except ReadinessError as error:
        sys.stderr.write(f"readiness: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("readiness: interrupted\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception:  # noqa: BLE001 - a bug of ours must never look like NOT READY
        traceback.print_exc()
        sys.stderr.write(
            "readiness: this is a defect of the tool, not a verdict; please report it with the lines above\n"
        )
        return 4
    return code
