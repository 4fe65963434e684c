"""Every deliberate error, as one tree; each carries the exit code that the command line returns for it.

ReadinessError           4   a defect of the tool, when nothing below fits
├── UsageError           2   the call, a file or a plugin is not usable as given
│   ├── SettingsError        readiness.yaml or the environment
│   ├── PolicyError          the policy
│   └── PluginError          a plugin file that does not load or declares something impossible
├── TargetError          5   the target cannot be started or reached
└── FaultUnavailableError     4   this machine cannot bring about a fault; a scenario records the reason
"""

import difflib
from collections.abc import Iterable


class ReadinessError(Exception):
    """Base of every deliberate error; its text says what, the value, and what would be right."""

    exit_code = 4


class UsageError(ReadinessError):
    """The user's input is not usable; nothing has run and nothing was written."""

    exit_code = 2


class SettingsError(UsageError):
    """readiness.yaml or an environment variable is wrong."""


class PolicyError(UsageError):
    """The policy names something unknown or sets something impossible."""


class PluginError(UsageError):
    """A plugin file does not load: fewer checks must never mean a better score."""


class RecordingError(UsageError):
    """A recording on disk is damaged: what it was to show stays unknown."""


class TargetError(ReadinessError):
    """The target cannot be started or reached."""

    exit_code = 5


class FaultUnavailableError(ReadinessError):
    """This machine cannot bring about a fault, and the text says why: what it was to show stays unknown."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the closest known name, else an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
