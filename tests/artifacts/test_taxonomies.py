"""By what a threat is known reaches every report that names threats: LINDDUN and ATT&CK as well."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.artifacts import csv_report
from pytest_threatmodel.artifacts import defectdojo
from pytest_threatmodel.artifacts import otm
from pytest_threatmodel.artifacts import sarif
from pytest_threatmodel.artifacts.audit.requirements import named
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.markdown import full
from tests.artifacts.report_models import bank

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_threatmodel.snapshot.shape import Snapshot


def known() -> Snapshot:
    """The bank, of whose threats everything is known."""
    snapshot = deepcopy(bank())
    for threat in snapshot["threats"]:
        threat["linddun"], threat["attack"] = ["data disclosure"], ["T1552.005"]
    return snapshot


@pytest.mark.parametrize(
    ("render", "texts"),
    [
        (csv_report.render, ("data disclosure", "T1552.005")),
        (full, ("LINDDUN data disclosure", "`ATT&CK` `T1552.005`")),
        (sarif.render, ("linddun/data-disclosure", "attack/T1552.005")),
        (defectdojo.render, ("linddun:data-disclosure",)),
        (otm.render, ("Data disclosure",)),
    ],
)
def test_reports_say_it(render: Callable[[Snapshot, Request], str], texts: tuple[str, ...]) -> None:
    before, after = render(bank(), Request()), render(known(), Request())
    for text in texts:
        assert text not in before
        assert text in after


def test_requirements_of_an_audit_are_grouped_by_it() -> None:
    threat = known()["threats"][0]
    assert {"LINDDUN data disclosure", "ATT&CK T1552.005"} <= set(named(threat))
