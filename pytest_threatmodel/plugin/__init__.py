"""The entry point: options, marks, the fixture; the rest is registered only when threat models are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.plugin import evidence_options
from pytest_threatmodel.plugin import options
from pytest_threatmodel.plugin import selftest_options

if TYPE_CHECKING:
    from pytest_threatmodel.tm import TM

_MARKS = (
    "threat(id, element, kind, severity, stride, cwe, pack): on every pair of a threat model; "
    "select pairs with -m 'threat(severity=\"high\")'.",
    "threat_accept(*threats, element='*', reason, owner, until, ticket, facts): the risk of these threats is accepted.",
    "threat_exclude(*threats, element='*', reason): these threats do not concern the system.",
    "threat_evidence(element, *controls, model=None): the test proves these controls of an element.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    # As a module of its own: asking the package for the name would load the DSL to guess what was meant.
    import pytest_threatmodel.hookspecs as hookspecs

    pluginmanager.add_hookspecs(hookspecs)
    # Before pytest_configure is called, in which nothing can be put last any more.
    pluginmanager.register(_AfterOthers())


def pytest_configure(config: pytest.Config) -> None:
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)
    if options.is_on(config):
        from pytest_threatmodel.plugin.session import register

        register(config)


class _AfterOthers:
    """What must be registered after the plugins of others, to come before them."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        if evidence_options.asks(config) and options.is_on(config) and not selftest_options.only_packs(config):
            from pytest_threatmodel.plugin.evidence import register

            register(config)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if options.asks_to_print(config):
        from pytest_threatmodel.plugin.commands import run

        return run(config)
    return None


@pytest.fixture(scope="module")
def threatmodel(request: pytest.FixtureRequest) -> TM:
    """The model of the file that the test stands in, complete with everything that its elements inherit."""
    if not options.is_on(request.config):
        pytest.skip("threat models are off: run pytest --threatmodel")
    from pytest_threatmodel.plugin.collect import ThreatModelFile

    file = request.node.getparent(ThreatModelFile)
    if file is None:
        pytest.fail("the threatmodel fixture is for tests in a model file (threatmodel_*.py)", pytrace=False)
    model: TM = file.model
    return model
