"""One run: the library and the settings, the models that were loaded, and the hooks around them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

from pytest_threatmodel.analysis.examples import failing_examples
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.decisions.ground import Ground
from pytest_threatmodel.decisions.policy import Policy
from pytest_threatmodel.library.counterparts import counterparts
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.installed import checked_packs
from pytest_threatmodel.library.installed import installed_packs
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.library.pytm_library import PytmThreats
from pytest_threatmodel.library.releases import known_version
from pytest_threatmodel.library.releases import shipped_releases
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.fields import did_you_mean
from pytest_threatmodel.plugin import decision_options
from pytest_threatmodel.plugin import fix_options
from pytest_threatmodel.plugin import gate_options
from pytest_threatmodel.plugin import options
from pytest_threatmodel.plugin import policy_options
from pytest_threatmodel.plugin import register_options
from pytest_threatmodel.plugin import selftest_options
from pytest_threatmodel.plugin import unstated_options

if TYPE_CHECKING:
    from pytest_threatmodel.plugin.collect import ThreatModelFile
    from pytest_threatmodel.plugin.register_update import RegisterUpdate


@dataclass
class Run:
    """What a run of pytest knows about threat models.

    Args:
        settings: what options and ini file say.
        library: the threats that count.
        pytm: the threats that files of pytm meet instead; None where they meet those of the library.
        python_files: the user's own `python_files`, before ours were added.
        ground: by what decisions are judged.
        summaries: one plain dictionary a loaded model, for the closing section; under xdist they come from a worker.
        collected: the model files by path.
        unloaded: the model files that could not be loaded.
        excluded: how many pairs `--threatmodel-exclude` deselected.
        standard_protocol: why pairs took pytest's protocol rather than the short way.
        update: brings the register up to date; None where it is only read.
    """

    settings: options.Settings
    library: Library
    pytm: PytmThreats | None
    python_files: tuple[str, ...]
    ground: Ground
    summaries: list[dict[str, Any]] = field(default_factory=list)
    collected: dict[str, ThreatModelFile] = field(default_factory=dict)
    unloaded: dict[str, None] = field(default_factory=dict)
    excluded: int = 0
    standard_protocol: dict[str, None] = field(default_factory=dict)
    update: RegisterUpdate | None = None


#: The name under which the policy of a run is registered.
POLICY: Final = "threatmodel-policy"
#: The name under which evidence is registered.
EVIDENCE: Final = "threatmodel-evidence"
#: The run; there only when threat models are on.
run_key = pytest.StashKey[Run]()


def make_library(config: pytest.Config, settings: options.Settings) -> Library:
    """The library of a run, the packs of hooks included.

    Raises:
        pytest.UsageError: a pack cannot be used, or its examples do not hold.
    """
    _check_version(settings.library)
    try:
        library = load_library(settings.packs, settings.threats, packs_of_plugins(config), version=settings.library)
    except LibraryError as error:
        raise pytest.UsageError(f"threat library: {error}") from None
    # The shipped packs are held to their examples by our own tests; other people's are checked when they are used.
    _check_excluded(settings, library)
    shipped = shipped_files()
    own = [pack if pack.name not in shipped else _changed(pack) for pack in library.packs]
    for problem in failing_examples(library, own):
        raise pytest.UsageError(f"threat library: {problem}")
    return library


def _check_version(version: str) -> None:
    if version:
        try:
            known_version(version, shipped_releases())
        except LibraryError as error:
            raise pytest.UsageError(f"ini setting threatmodel_library: {error}") from None


def _changed(pack: Pack) -> Pack:
    """The pack with those of its threats alone that others changed."""
    return replace(pack, threats=tuple(threat for threat in pack.threats if threat.overridden))


def packs_of_plugins(config: pytest.Config) -> list[Pack]:
    """The packs of entry points, then those of hooks; of two with one name the hook's counts."""
    packs = installed_packs()
    for given in config.hook.pytest_threatmodel_packs(config=config):
        packs += checked_packs(given, "hook pytest_threatmodel_packs")
    return packs


def _check_excluded(settings: options.Settings, library: Library) -> None:
    for name in settings.exclude:
        # Whether a file of pytm is met is not known before it is collected.
        known = (
            name in library or name in library.replaced or (not settings.pytm_meets_packs and name in counterparts())
        )
        if not is_pattern(name) and not known:
            hint = did_you_mean(name, (threat.id for threat in library.threats))
            text = f"--threatmodel-exclude: unknown threat {name!r}"
            raise pytest.UsageError(text if hint is None else f"{text}; {hint}")


def register(config: pytest.Config) -> None:
    """Switch threat models on for this run.

    Raises:
        pytest.UsageError: settings or packs are wrong.
    """
    # By name: tests of plugins run pytest in one process, and a module found on the package may be of an earlier run.
    if selftest_options.tests_packs(config) or selftest_options.named_packs(config):
        from pytest_threatmodel.plugin import selftest

        selftest.register(config)
        if selftest_options.only_packs(config):
            return
    from pytest_threatmodel.plugin.collect import Collection
    from pytest_threatmodel.plugin.compare import known_findings
    from pytest_threatmodel.plugin.importing import BuiltinImporters
    from pytest_threatmodel.plugin.protocol import Protocol
    from pytest_threatmodel.plugin.register import Registers
    from pytest_threatmodel.plugin.reports import Reports
    from pytest_threatmodel.plugin.terminal import Terminal
    from pytest_threatmodel.plugin.xdist import Gathering

    settings = options.read(config)
    python_files = tuple(config.getini("python_files"))
    # pytest's rewriting hook and its own collection go by python_files; model files join them.
    for pattern in settings.files:
        config.addinivalue_line("python_files", pattern)
    registers = register_options.read(config)
    policy = policy_options.read(config)
    library = make_library(config, settings)
    gate_options.check_packs(config, settings.gate, library)
    ground = replace(
        decision_options.read(config, settings.gate),
        register=registers,
        policy=policy,
        known=known_findings(config, settings.files),
        unstated=unstated_options.read(config),
    )
    pytm = None if settings.pytm_meets_packs else PytmThreats(settings.threats)
    config.stash[run_key] = Run(settings, library, pytm, python_files, ground)
    for kind in (Collection, Protocol, Registers, Reports, Terminal):
        config.pluginmanager.register(kind(config))
    config.pluginmanager.register(BuiltinImporters())
    _register_policy(config, policy)
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(Gathering(config))
    _register_update(config, settings)
    _register_advice(config)
    _register_artifacts(config)


def _register_policy(config: pytest.Config, policy: Policy | None) -> None:
    if policy is not None:
        from pytest_threatmodel.plugin.policy import PolicyOfRun

        config.pluginmanager.register(PolicyOfRun(config, policy), POLICY)


def _register_advice(config: pytest.Config) -> None:
    """Name the changes that would do most, where the closing section is printed."""
    most, verbosity = fix_options.read(config), config.get_verbosity()
    # With -v it also names controls that carry nothing.
    if verbosity > 0 or (most and verbosity == 0):
        from pytest_threatmodel.plugin.advice import Advice

        config.pluginmanager.register(Advice(config, most))


def _register_update(config: pytest.Config, settings: options.Settings) -> None:
    """Write the register, where that is asked for."""
    from pytest_threatmodel.plugin import update_options

    if update_options.asks(config):
        from pytest_threatmodel.plugin.register_update import RegisterUpdate

        update = RegisterUpdate(config, update_options.read(config, settings.exclude))
        config.stash[run_key].update = update
        config.pluginmanager.register(update)


def _register_artifacts(config: pytest.Config) -> None:
    """Write artifacts, where some are asked for or somebody awaits what they are made of."""
    from pytest_threatmodel.plugin import artifact_options

    awaited = bool(config.hook.pytest_threatmodel_verdicts.get_hookimpls())
    if not awaited and not artifact_options.asks(config):
        return
    from pytest_threatmodel.plugin.artifacts import Artifacts
    from pytest_threatmodel.plugin.artifacts import BuiltinFormats

    config.pluginmanager.register(BuiltinFormats())
    settings = artifact_options.read(config)
    # A folder alone asks for nothing, and snapshots of large models take seconds.
    if awaited or settings.formats:
        config.pluginmanager.register(Artifacts(config, settings))


def shown_path(config: pytest.Config, path: Path) -> str:
    """The path relative to the root, as node ids have it."""
    try:
        return os.path.relpath(path, config.rootpath)
    except ValueError:  # another drive
        return str(path)
