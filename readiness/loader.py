"""Plugin folders -> Catalog: our own folders and a user's go through the same door."""

import hashlib
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import inspect
import sys
import traceback
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness.errors import PluginError, UsageError, nearest
from readiness.model import CATEGORIES
from readiness.plugins import Check, Plugin, Reporter, Scenario, TargetKind

PACKAGE = Path(__file__).parent
KINDS = ("checks", "scenarios", "reports")
KNOWN = (Check, Scenario, Reporter, TargetKind)
GROUP = "readiness.plugins"


@dataclass
class Catalog:
    """Every plugin that a run may use, by kind and id; ``foreign`` are the checks that are not ours."""

    checks: dict[str, Check[...]] = field(default_factory=dict)
    scenarios: dict[str, Scenario[...]] = field(default_factory=dict)
    reporters: dict[str, Reporter[...]] = field(default_factory=dict)
    targets: dict[str, TargetKind] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    folders: list[Path] = field(default_factory=list)

    def add(self, plugin: Plugin, *, foreign: bool) -> None:
        """Take a plugin in; a second one of the same kind and id is refused."""
        if isinstance(plugin, Check):
            self._put(self.checks, plugin)
            if foreign:
                self.foreign.add(plugin.id)
        elif isinstance(plugin, Scenario):
            self._put(self.scenarios, plugin)
        elif isinstance(plugin, Reporter):
            self._put(self.reporters, plugin)
        else:
            self._put(self.targets, plugin)

    def _put(self, shelf: dict[str, Any], plugin: Plugin) -> None:
        if plugin.id in shelf:
            first = shelf[plugin.id].source
            raise PluginError(f"{plugin.kind} {plugin.id!r} is defined twice: {first} and {plugin.source}")
        shelf[plugin.id] = plugin

    def link(self) -> None:
        """See that every check has its scenario."""
        for check in self.checks.values():
            if check.needs not in self.scenarios:
                hint = nearest(check.needs, self.scenarios)
                raise PluginError(f"{check.source}: needs {check.needs!r}, but there is no such scenario{hint}")

    @property
    def version(self) -> str:
        """A fingerprint of every check and scenario: changes when what is judged changes."""
        digest = hashlib.sha256()
        sources = [*(check.source for check in self.checks.values()), *(one.source for one in self.scenarios.values())]
        for source in sources:
            digest.update(Path(source).read_bytes())
        return digest.hexdigest()[:12]

    def target_for(self, address: str, *, started: bool) -> TargetKind:
        """Return the adapter for an address; a target with a start command goes through ``process``."""
        scheme = "process" if started else address.partition(":")[0]
        for kind in self.targets.values():
            if scheme in kind.schemes:
                return kind
        known = sorted(scheme for kind in self.targets.values() for scheme in kind.schemes)
        raise UsageError(
            f"target {address!r}: unknown scheme {scheme!r}{nearest(scheme, known)}; known: {', '.join(known)}"
        )

    def check(self, id: str) -> Check[...]:
        """Return the check called ``id``, or say which name is near."""
        if id not in self.checks:
            raise UsageError(f"unknown check {id!r}{nearest(id, self.checks)}; `readiness list` shows them all")
        return self.checks[id]


def builtin_folders() -> list[Path]:
    """Return the built-in folders: inside the wheel, or beside the package in a checkout."""
    shipped = PACKAGE / "builtin"
    root = shipped if shipped.is_dir() else PACKAGE.parent
    return [PACKAGE / "targets", *(root / kind for kind in KINDS)]


def installed_folders() -> list[Path]:
    """Return the folders of plugin distributions: each entry point of the group names an importable package."""
    folders = []
    for point in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name):
        spec = importlib.util.find_spec(point.value)
        if spec is None or not spec.submodule_search_locations:
            raise PluginError(f"plugin distribution {point.name!r}: {point.value!r} is not an importable package")
        folders += [Path(place) for place in spec.submodule_search_locations]
    return folders


def load(user_folders: Iterable[Path] = ()) -> Catalog:
    """Import every plugin file of the built-in, installed and given folders and collect what they declare."""
    catalog = Catalog()
    importlib.invalidate_caches()
    own = builtin_folders()
    seen: set[Path] = set()
    for folder in (*own, *installed_folders(), *user_folders):
        if not folder.is_dir():
            raise PluginError(f"no plugin folder at {folder}")
        root = folder.resolve()
        if root in seen:
            continue
        seen.add(root)
        foreign = folder not in own
        for plugin, file in _plugins_below(root, _package_at(root)):
            if not foreign:
                _stands_right(plugin, file)
            catalog.add(plugin, foreign=foreign)
        if foreign:
            catalog.folders.append(root)
    catalog.link()
    return catalog


def describe(plugin: Plugin) -> tuple[str, str]:
    """Return the title line and the rest of the documentation page: the docstring of the plugin's module."""
    text = inspect.getdoc(sys.modules[plugin.run.__module__]) or inspect.getdoc(plugin.run) or plugin.id
    title, _, rest = text.partition("\n")
    return title.strip().rstrip("."), rest.strip()


def _package_at(folder: Path) -> str:
    """Make ``folder`` importable under a name of its own, without touching sys.path."""
    # Named after the path: stable between processes, distinct for two folders called "checks".
    name = f"readiness.plugins_{zlib.crc32(bytes(folder)):08x}"
    if name not in sys.modules:
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
        sys.modules[name] = importlib.util.module_from_spec(spec)
    return name


def _plugins_below(folder: Path, package: str) -> Iterator[tuple[Plugin, Path]]:
    for path in sorted(folder.iterdir()):
        is_file = path.suffix == ".py"
        if path.name.startswith(("_", ".")) or not (is_file or (path.is_dir() and any(path.rglob("*.py")))):
            continue
        name = f"{package}.{path.stem}"
        module = _import(name, path)
        for value in list(vars(module).values()):
            if isinstance(value, KNOWN) and value.run.__module__ == name:
                yield value, path
        if not is_file:
            yield from _plugins_below(path, name)


def _import(name: str, path: Path) -> object:
    try:
        return importlib.import_module(name)
    except SyntaxError as error:
        raise PluginError(f"{error.filename}, line {error.lineno}: {error.msg}") from error
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(path))]
        line = f", line {frames[-1].lineno}" if frames else ""
        raise PluginError(f"{path}{line}: {type(error).__name__}: {error}") from error


def _stands_right(plugin: Plugin, file: Path) -> None:
    """A built-in check lies in the folder of its category, a scenario in that of its suite."""
    folder = file.parent.name
    if isinstance(plugin, Check) and plugin.category != folder and folder in CATEGORIES:
        raise PluginError(f"{file}: category is {plugin.category!r}, but the folder is {folder!r}")
    if isinstance(plugin, Scenario) and plugin.suite != folder:
        raise PluginError(f"{file}: suite is {plugin.suite!r}, but the folder is {folder!r}")
