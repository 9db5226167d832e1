"""Threagile's categories of risk and what they mean in our packs: the table, and the decisions that go through it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.decisions.imported import ImportedDecisions
from pytest_threatmodel.decisions.imported import imported_decisions
from pytest_threatmodel.importers.threagile_risks import CATEGORIES
from pytest_threatmodel.importers.threagile_risks import Category
from pytest_threatmodel.library.counterparts import counterparts
from pytest_threatmodel.library.load import load_library
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.vocabulary import standard_vocabulary
from tests.importers.files import imported

#: What assets become, and boundaries, whose ids stand in the place of those of assets.
ASSETS: Final = ("Server", "Process", "Lambda", "Datastore", "ExternalEntity", "Actor", "Boundary")
SYSTEM: Final = """\
threagile_version: 1.0.0
title: Clinic
technical_assets:
  Portal:
    id: portal
    type: process
    technologies: [web-server]
    data_formats_accepted: [xml]
    communication_links:
      Look up: {target: people, protocol: ldap, authentication: token, authorization: none}
  People:
    id: people
    type: datastore
    technologies: [identity-store-ldap]
  Nurse:
    id: nurse
    type: external-entity
    technologies: [browser]
    used_as_client_by_human: true
    communication_links:
      Log in: {target: portal, protocol: https, authentication: session-id, authorization: none}
"""


def kinds_of(category: Category) -> tuple[str, ...]:
    """The kinds of what risks of a category stand on; a shared runtime is nothing but the assets that run on it."""
    return (*ASSETS, "Dataflow") if "link" in category.parts else ASSETS


def test_the_table_has_exactly_the_categories() -> None:
    assert set(counterparts("threagile")) == set(CATEGORIES)


def test_a_counterpart_concerns_a_kind_that_risks_of_its_category_stand_on() -> None:
    library, kinds = load_library(), standard_vocabulary()
    for name, ids in counterparts("threagile").ours.items():
        on = set(kinds.sub_kinds(kinds_of(CATEGORIES[name])))
        for ours in ids:
            assert on & set(kinds.sub_kinds(library[ours].targets)), (name, ours)


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return tmp_path / "clinic.yaml"


def tracked(file: Path, risk: str, packs: tuple[str, ...] = (), more: str = "") -> tuple[Model, ImportedDecisions]:
    """The model of a file in which a risk is accepted, and what that decides."""
    text = f"{SYSTEM}{more}risk_tracking:\n  '{risk}': {{status: accepted, justification: Only nurses}}\n"
    file.write_text(text, encoding="utf-8")
    model = imported(file)
    return model, imported_decisions(evaluate(model, load_library(packs or None, (), [])), frozenset())


def test_a_tracked_risk_decides_about_its_counterpart(clinic: Path) -> None:
    _, found = tracked(clinic, "ldap-injection@portal@people@portal>look-up")
    assert {pair: decision.status for pair, decision in found.by_pair.items()} == {("WEB03", "Portal"): "accepted"}


def test_a_risk_of_a_shared_runtime_is_on_what_runs_there(clinic: Path) -> None:
    """CNT06 asks whether the portal, which the internet reaches, is kept apart from its neighbours."""
    runtime = "shared_runtimes:\n  Host: {id: host, technical_assets_running: [portal, people]}\n"
    model, _ = tracked(clinic, "mixed-targets-on-shared-runtime@host", more=runtime)
    assert model.imported is not None
    assert [threat.element.name for threat in model.imported.threats] == ["Portal", "People"]
    assert all("CNT06" in threat.ours for threat in model.imported.threats)


def test_a_counterpart_keeps_weaknesses_from_counting(clinic: Path) -> None:
    """IN03 and IN04 have CWE-79 both; the category is about IN04."""
    _, found = tracked(clinic, "cross-site-scripting@portal")
    assert ("IN04", "Portal") in found.by_pair
    assert {pair[0] for pair in found.by_pair} <= set(counterparts("threagile").ours["cross-site-scripting"])


def test_where_there_is_no_counterpart_the_weakness_counts(clinic: Path) -> None:
    _, found = tracked(clinic, "xml-external-entity@portal")
    assert set(found.by_pair) == {("IN02", "Portal")}


def test_a_counterpart_whose_pack_is_off_is_told(clinic: Path) -> None:
    _, found = tracked(clinic, "ldap-injection@portal@people@portal>look-up", packs=("core",))
    assert found.by_pair == {}
    [notice] = [line for line in found.notices if "'LDAP-Injection' (accepted): no threat on" in line]
    assert notice.endswith("is its counterpart, or has this title or one of its weaknesses")
