"""The `evidence:` section of readiness.yaml: one entry a source, by name. Times in seconds."""

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from readiness.model import Category, Severity, Strength
from readiness.report import Frozen

SUITE = "evidence"
DAY = 86400.0
_SECRET_NAME = re.compile("KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH", re.IGNORECASE)
# Our choice: a release is tested within the week before it; what is older says little about what is deployed.
MAX_AGE = 7 * DAY

SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Source(Frozen):
    """What every kind of evidence may say; what an entry of it does not say for itself, its source says."""

    strength: ClassVar[Strength]
    category: Category = "reliability"
    severity: Severity = "major"
    max_age: float = Field(default=MAX_AGE, gt=0)
    """Older evidence (seconds before it is read) is UNKNOWN."""
    seconds: float = Field(default=30.0, gt=0, le=86400)
    """Hard deadline of reading it."""
    folder: str = ""
    """Where relative paths begin; empty: beside the settings."""


class PytestSuite(Source):
    """A folder or file of pytest tests, run in a process of its own while the target runs."""

    strength: ClassVar[Strength] = "observed"
    kind: Literal["pytest"]
    tests: str
    python: str = ""
    """The interpreter that has pytest; empty: ours."""
    arguments: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    """Goes before PYTHONPATH."""
    environment: dict[str, str] = Field(default_factory=dict)
    seconds: float = Field(default=300.0, gt=0, le=86400)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the tests are given and must not appear in what they say, going by the names of the variables."""
        return tuple(value for name, value in self.environment.items() if _SECRET_NAME.search(name))


class JUnitFile(Source):
    """A JUnit file, as nearly every test runner writes it."""

    strength: ClassVar[Strength] = "observed"
    kind: Literal["junit"]
    file: str


class SarifFile(Source):
    """A SARIF 2.1.0 file: Bandit, Trivy, Semgrep, CodeQL ..."""

    strength: ClassVar[Strength] = "static"
    kind: Literal["sarif"]
    file: str
    category: Category = "security"


class K6Summary(Source):
    """The summary of a k6 run (`--summary-export`, or the data of handleSummary as JSON)."""

    strength: ClassVar[Strength] = "observed"
    kind: Literal["k6"]
    file: str
    category: Category = "performance"


class PrometheusQuery(Source):
    """The answer to an instant query: a file, or a server on loopback that is asked. The worst series counts."""

    strength: ClassVar[Strength] = "observed"
    kind: Literal["prometheus"]
    file: str = ""
    url: str = ""
    query: str = ""
    objective: float = Field(allow_inf_nan=False)
    limit: float = Field(allow_inf_nan=False)
    better: Literal["lower", "higher"] = "lower"
    unit: str = ""
    max_age: float = Field(default=DAY, gt=0)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.file) == bool(self.url):
            raise ValueError("needs either a `file` or a `url`")
        if self.url and not self.query:
            raise ValueError("a `url` needs a `query`")
        if self.url and not is_loopback(self.url):
            raise ValueError(f"url {self.url!r} is not on loopback; right would be http://127.0.0.1:9090")
        return self


class Attestation(Source):
    """A statement that a person signed, with an end; `file`.sig is its signature by `ssh-keygen -Y sign -n readiness`."""

    strength: ClassVar[Strength] = "attested"
    kind: Literal["attestation"]
    file: str
    signers: str
    """Who may sign: an allowed_signers file as ssh-keygen(1) describes it."""
    category: Category = "configuration"


class OpenApiFuzzing(Source):
    """The target held against its own OpenAPI document by Schemathesis (an extra), while it runs."""

    strength: ClassVar[Strength] = "experimental"
    kind: Literal["openapi"]
    document: str = "/openapi.json"
    """A path of the target, where it begins with a slash; else a file."""
    methods: tuple[str, ...] = ("GET",)
    """What may be sent; those that write need the grant `write`."""
    identity: str = ""
    """Who sends it: one of the target's identities."""
    examples: int = Field(default=50, ge=1, le=10000)
    """Most calls to one operation in one phase."""
    budget: float = Field(default=20.0, ge=1, le=3600)
    """Seconds of sending."""
    python: str = ""
    """The interpreter that has Schemathesis; empty: ours."""
    seconds: float = Field(default=120.0, gt=0, le=86400)


AnySource = Annotated[
    PytestSuite | JUnitFile | SarifFile | K6Summary | PrometheusQuery | Attestation | OpenApiFuzzing,
    Field(discriminator="kind"),
]
Sources = Mapping[str, AnySource]


def belongs(id: str, sources: Collection[str]) -> bool:
    """Whether a check's id is one that these sources may bring: a source's name, or something below it."""
    return id.partition(".")[0] in sources


def origin_of(source: AnySource) -> str:
    """What a source is, where nothing could be read of it."""
    match source:
        case PytestSuite():
            return f"pytest, {source.tests}"
        case OpenApiFuzzing():
            return f"Schemathesis, {source.document}"
        case PrometheusQuery():
            return f"prometheus, {source.file or source.url}"
        case _:
            return f"{source.kind}, {source.file}"


def stored(source: AnySource) -> AnySource:
    """Return a source as plan.json may hold it: without the environment of the tests, where secrets are."""
    return source.model_copy(update={"environment": {}}) if isinstance(source, PytestSuite) else source


def is_loopback(url: str) -> bool:
    """Whether an address is http:// on this machine."""
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and (
            parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False
