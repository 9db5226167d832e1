"""Files that other projects wrote, where they are at hand: elements by number and name, and decisions.

They stand beside the repository, not in it: their licences are their own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.model import Model
from tests.importers.files import imported

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
#: What is no model.
NO_MODELS = ("README.md", "schema-0.2.0.json")


@dataclass(frozen=True)
class Expected:
    """What a sample becomes.

    Args:
        kinds: how many elements of each kind.
        names: some of their names.
        boundaries: names of boundaries -> name of the one around each; empty for none.
        flows: some flows, "source -> sink".
        threats: how many threats of its own, by status.
    """

    kinds: dict[str, int]
    names: set[str]
    boundaries: dict[str, str]
    flows: set[str]
    threats: dict[str | None, int]


EXAMPLE = Expected(
    {"Boundary": 2, "ExternalEntity": 1, "Server": 1, "Datastore": 1, "Process": 1, "Data": 2, "Dataflow": 4},
    {"Web Client", "Web Service", "Customer Database", "Class CustomerDatabase", "Credit Card Data", "Public Info"},
    {"Internet": "", "Private": ""},
    {"Web Client -> Web Service", "Web Service -> Web Client", "Customer Database -> Web Service"},
    {None: 2},
)
EXPECTED = {
    "otm/example.json": EXAMPLE,
    "otm/example.yaml": EXAMPLE,
    "otm/manual_threat_model.yaml": Expected(
        {"Boundary": 3, "ExternalEntity": 1, "Server": 1, "Datastore": 1, "Dataflow": 2},
        {"User", "Web server", "Database"},
        {"Internet": "", "Public": "", "Private Secured": ""},
        {"User -> Web server", "Web server -> Database"},
        {},
    ),
    "otm/minimal_content.yaml": Expected({}, set(), {}, set(), {}),
    "otm/tf_example.yaml": Expected(
        {"Boundary": 11, "ExternalEntity": 4, "Datastore": 1, "Server": 3, "Process": 15, "Dataflow": 22},
        {"db", "alb", "mongo", "VPCssm", "Canary", "Systems Manager from VPCEndpoint (grouped)", "255.255.255.255/32"},
        {
            "Public Cloud": "",
            "CustomVPC": "Public Cloud",
            "PrivateSubnet1": "CustomVPC",
            "PublicSubnet2": "CustomVPC",
            "mongo (parts)": "Public Cloud",
        },
        {"CustomVPC -> VPCssm", "Canary -> ServiceLB", "ServiceLB -> Service", "VPCssm -> 0.0.0.0/0"},
        {},
    ),
}


def files() -> list[str]:
    """Every file of the folders of which the table knows one."""
    folders = {name.partition("/")[0] for name in EXPECTED}
    found = (path for folder in folders for path in (SAMPLES / folder).glob("*") if path.name not in NO_MODELS)
    return sorted(path.relative_to(SAMPLES).as_posix() for path in found)


@pytest.fixture(params=EXPECTED if SAMPLES.is_dir() else ())
def sample(request: pytest.FixtureRequest) -> tuple[Model, Expected]:
    """A sample as a model, and what is expected of it."""
    return imported(SAMPLES / request.param), EXPECTED[request.param]


def test_every_sample_at_hand_is_in_the_table() -> None:
    assert files() == (sorted(EXPECTED) if SAMPLES.is_dir() else [])


def test_samples_have_their_elements_by_number_and_name(sample: tuple[Model, Expected]) -> None:
    model, expected = sample
    assert Counter(element.kind() for element in model.elements) == expected.kinds
    assert expected.names <= {element.name for element in model.elements}
    assert all(element.imported_from for element in model.elements)


def test_samples_have_their_boundaries_and_flows(sample: tuple[Model, Expected]) -> None:
    model, expected = sample
    around = {each.name: each.inBoundary.name if each.inBoundary else "" for each in model.boundaries}
    assert expected.boundaries.items() <= around.items()
    flows = {f"{flow.source.name} -> {flow.sink.name}" for flow in model.elements if isinstance(flow, Dataflow)}
    assert expected.flows <= flows


def test_samples_have_their_threats(sample: tuple[Model, Expected]) -> None:
    model, expected = sample
    assert model.imported is not None
    assert Counter(threat.status for threat in model.imported.threats) == expected.threats
