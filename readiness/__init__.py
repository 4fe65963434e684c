"""readiness: grades a running system before it is deployed. These are the names that a plugin may import."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from readiness import integrity, openapi
    from readiness.counter import Counter
    from readiness.errors import FaultUnavailableError, PluginError, ReadinessError, SettingsError, TargetError
    from readiness.exchange import Reply, Request
    from readiness.faults.calls import KilledAtCall, Tracer, acknowledgements, stored
    from readiness.faults.children import Child
    from readiness.faults.data import Damaged
    from readiness.faults.fault import own_folder
    from readiness.faults.garbage import garbage_in
    from readiness.faults.process import Killed, Paused, Terminated
    from readiness.faults.proxy import ToxicProxy
    from readiness.faults.repeated import CrashLoop, Throttled
    from readiness.faults.resources import Limited, limit_witness
    from readiness.faults.shim import ClockShifted, DiskFull, NamesLost, Shim, SlowDisk
    from readiness.faults.tls import BadCertificate
    from readiness.faults.windows import Probe, five_windows
    from readiness.load.client import HttpClient
    from readiness.load.constant_arrival_rate import constant_arrival_rate
    from readiness.load.expect import expect
    from readiness.load.feed import Feed
    from readiness.load.per_vu_iterations import per_vu_iterations
    from readiness.load.sql import Database
    from readiness.load.user import User
    from readiness.load.wire import Wire, authority, connect, hang_up, send_raw
    from readiness.measure.capacity import Capacity, Unfitted, fit_capacity
    from readiness.measure.exposition import Exposition, read_exposition
    from readiness.measure.recorder import Recorder
    from readiness.measure.recording import Distribution, Readings, Recording, Samples
    from readiness.measure.stopping import ErrorLimit, LatencyLimit, Stopper, ThroughputLimit, look_times
    from readiness.model import (
        CATEGORIES,
        SEVERITIES,
        SUITES,
        Estimate,
        Fact,
        FaultWindow,
        Measured,
        NotApplicable,
        Outcome,
        Sample,
        Series,
        Share,
        Table,
        Unknown,
    )
    from readiness.plugins import Workplace, check, reporter, scenario, target
    from readiness.report import (
        Attribution,
        CategoryScore,
        Comparison,
        Decision,
        Fitness,
        Interval,
        LedgerLine,
        LoadSummary,
        PhaseLoad,
        Remediation,
        Report,
        Result,
        ResultChange,
        ScenarioSummary,
        Scope,
        SuiteResult,
        Timeline,
        TrendPoint,
        Waiver,
        WaiverState,
    )
    from readiness.targeting import Operation, Target, TargetSpec, Trial, dig, fill

_HOMES = {
    "readiness.counter": ("Counter",),
    "readiness.errors": ("FaultUnavailableError", "PluginError", "ReadinessError", "SettingsError", "TargetError"),
    "readiness.exchange": ("Reply", "Request"),
    "readiness.faults.calls": ("KilledAtCall", "Tracer", "acknowledgements", "stored"),
    "readiness.faults.children": ("Child",),
    "readiness.faults.data": ("Damaged",),
    "readiness.faults.fault": ("own_folder",),
    "readiness.faults.garbage": ("garbage_in",),
    "readiness.faults.process": ("Killed", "Paused", "Terminated"),
    "readiness.faults.proxy": ("ToxicProxy",),
    "readiness.faults.repeated": ("CrashLoop", "Throttled"),
    "readiness.faults.resources": ("Limited", "limit_witness"),
    "readiness.faults.shim": ("ClockShifted", "DiskFull", "NamesLost", "Shim", "SlowDisk"),
    "readiness.faults.tls": ("BadCertificate",),
    "readiness.faults.windows": ("Probe", "five_windows"),
    "readiness.integrity": ("integrity",),
    "readiness.load.client": ("HttpClient",),
    "readiness.load.constant_arrival_rate": ("constant_arrival_rate",),
    "readiness.load.expect": ("expect",),
    "readiness.load.feed": ("Feed",),
    "readiness.load.per_vu_iterations": ("per_vu_iterations",),
    "readiness.load.sql": ("Database",),
    "readiness.load.user": ("User",),
    "readiness.load.wire": ("Wire", "authority", "connect", "hang_up", "send_raw"),
    "readiness.measure.capacity": ("Capacity", "Unfitted", "fit_capacity"),
    "readiness.measure.exposition": ("Exposition", "read_exposition"),
    "readiness.measure.recorder": ("Recorder",),
    "readiness.measure.recording": ("Distribution", "Readings", "Recording", "Samples"),
    "readiness.measure.stopping": ("ErrorLimit", "LatencyLimit", "Stopper", "ThroughputLimit", "look_times"),
    "readiness.model": (
        "CATEGORIES", "SEVERITIES", "SUITES", "Estimate", "Fact", "FaultWindow", "Measured", "NotApplicable", "Outcome",
        "Sample", "Series", "Share", "Table", "Unknown",
    ),
    "readiness.openapi": ("openapi",),
    "readiness.plugins": ("Workplace", "check", "reporter", "scenario", "target"),
    "readiness.report": (
        "Attribution", "CategoryScore", "Comparison", "Decision", "Fitness", "Interval", "LedgerLine", "LoadSummary",
        "PhaseLoad", "Remediation", "Report", "Result", "ResultChange", "ScenarioSummary", "Scope", "SuiteResult",
        "Timeline", "TrendPoint", "Waiver", "WaiverState",
    ),
    "readiness.targeting": ("Operation", "Target", "TargetSpec", "Trial", "dig", "fill"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CATEGORIES",
    "SEVERITIES",
    "SUITES",
    "Attribution",
    "BadCertificate",
    "Capacity",
    "CategoryScore",
    "Child",
    "ClockShifted",
    "Comparison",
    "Counter",
    "CrashLoop",
    "Damaged",
    "Database",
    "Decision",
    "DiskFull",
    "Distribution",
    "ErrorLimit",
    "Estimate",
    "Exposition",
    "Fact",
    "FaultUnavailableError",
    "FaultWindow",
    "Feed",
    "Fitness",
    "HttpClient",
    "Interval",
    "Killed",
    "KilledAtCall",
    "LatencyLimit",
    "LedgerLine",
    "Limited",
    "LoadSummary",
    "Measured",
    "NamesLost",
    "NotApplicable",
    "Operation",
    "Outcome",
    "Paused",
    "PhaseLoad",
    "PluginError",
    "Probe",
    "ReadinessError",
    "Readings",
    "Recorder",
    "Recording",
    "Remediation",
    "Reply",
    "Report",
    "Request",
    "Result",
    "ResultChange",
    "Sample",
    "Samples",
    "ScenarioSummary",
    "Scope",
    "Series",
    "SettingsError",
    "Share",
    "Shim",
    "SlowDisk",
    "Stopper",
    "SuiteResult",
    "Table",
    "Target",
    "TargetError",
    "TargetSpec",
    "Terminated",
    "Throttled",
    "ThroughputLimit",
    "Timeline",
    "ToxicProxy",
    "Tracer",
    "TrendPoint",
    "Trial",
    "Unfitted",
    "Unknown",
    "User",
    "Waiver",
    "WaiverState",
    "Wire",
    "Workplace",
    "acknowledgements",
    "authority",
    "check",
    "connect",
    "constant_arrival_rate",
    "dig",
    "expect",
    "fill",
    "fit_capacity",
    "five_windows",
    "garbage_in",
    "hang_up",
    "integrity",
    "limit_witness",
    "look_times",
    "openapi",
    "own_folder",
    "per_vu_iterations",
    "read_exposition",
    "reporter",
    "scenario",
    "send_raw",
    "stored",
    "target",
]


def __getattr__(name: str) -> Any:
    # Lazy, so that `readiness --help` pays for nothing that it does not show.
    if name not in _HOME_OF:
        raise AttributeError(f"module 'readiness' has no public name {name!r}")
    home = importlib.import_module(_HOME_OF[name])
    return home if home.__name__ == f"readiness.{name}" else getattr(home, name)  # a package of many names is one name
