"""The rulebook: a library as one model meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_threatmodel.analysis.bind import bind
from pytest_threatmodel.analysis.records import make_records
from pytest_threatmodel.analysis.rulebook import Rulebook
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.model.model import Model
from tests.analysis.models import SHOP
from tests.analysis.models import library_of
from tests.analysis.models import model_of
from tests.analysis.models import threat
from tests.library.packs import document
from tests.library.packs import threat as table
from tests.library.packs import write

OWN_KIND = "class Queue(Server):\n    isDurable: bool = False\nqueue = Queue('Queue')\n"


def ids(rulebook: Rulebook, kind: str) -> list[str]:
    return [rule.threat.id for rule in rulebook.rules_for(kind)]


def test_rules_concern_the_kinds_that_their_threats_target() -> None:
    """Those of special cases too, in the order of the library."""
    rulebook = Rulebook(
        library_of(
            threat("target.inScope", "B", targets=("Asset",)),
            threat("target.inScope", "A", targets=("Server", "Dataflow")),
            threat("target.inScope", "C", targets=("Element",)),
        )
    )
    assert ids(rulebook, "Server") == ["B", "A", "C"]
    assert ids(rulebook, "Dataflow") == ["A", "C"]
    assert ids(rulebook, "Lambda") == ["B", "C"]
    assert ids(rulebook, "Actor") == ["C"]


def test_a_rule_is_compiled_once_for_all_kinds() -> None:
    rulebook = Rulebook(library_of(threat("target.inScope", targets=("Asset",))))
    assert rulebook.rules_for("Server")[0] is rulebook.rules_for("Lambda")[0]
    assert rulebook.rules_for("Server") is rulebook.rules_for("Server")


def test_what_is_remembered_is_not_shared_between_kinds() -> None:
    """Defaults differ: what nobody stated means one thing on a server and another on a function."""
    rulebook = Rulebook(library_of(threat("target.onAWS", targets=("Asset",))))
    assert rulebook.memory("Server") is rulebook.memory("Server")
    assert rulebook.memory("Server") is not rulebook.memory("Lambda")


def test_a_rule_knows_the_constants_of_its_condition() -> None:
    condition = "target.protocol in ('HTTP', 'FTP', 'HTTP') and target.dstPort == 80 and target.isResponse is True"
    (rule,) = Rulebook(library_of(threat(condition))).rules_for("Dataflow")
    assert sorted(rule.constants, key=str) == [80, "FTP", "HTTP"]


def test_a_rule_has_its_conjuncts() -> None:
    """What must be true alone for the whole to be true; alternatives stay together."""
    rulebook = Rulebook(
        library_of(
            threat("target.usesVPN and (target.isResponse or target.inScope)", "A"),
            threat("target.usesVPN or target.isResponse and target.inScope", "B"),
        )
    )
    both, either = rulebook.rules_for("Dataflow")
    assert len(both.conjuncts) == 2
    assert either.conjuncts == (either.traced,)


def test_a_rule_has_its_adjustments() -> None:
    adjust = Adjust("target.usesVPN", "low", "it is inside")
    (rule,) = Rulebook(library_of(threat("target.inScope", adjust=(adjust,)))).rules_for("Dataflow")
    ((holds, which),) = rule.adjustments
    record = make_records(model_of(SHOP + "order.usesVPN = True").elements, library_of().vocabulary)[3]
    assert which is adjust
    assert holds(record)


def test_a_field_is_found_by_record_and_name() -> None:
    rulebook = Rulebook(library_of())
    order = make_records(model_of(SHOP).elements, rulebook.vocabulary)[3]
    usesVPN = rulebook.field(order, "usesVPN")
    assert usesVPN is not None
    assert usesVPN.role == "protection"
    control = rulebook.field(order.controls, "usesVPN")
    assert control is not None
    assert control.role == "control"
    assert rulebook.field(order, "isSQL") is None


def test_a_library_serves_a_model_of_known_kinds_as_it_is() -> None:
    library = library_of(threat("target.inScope"))
    assert bind(library, model_of(SHOP)).library is library


def test_rules_concern_the_authors_own_kinds_as_the_kinds_that_they_are() -> None:
    model = model_of(SHOP + OWN_KIND)
    rulebook = bind(library_of(threat("target.inScope", targets=("Server",))), model)
    assert ids(rulebook, "Queue") == ["T1"]
    assert rulebook.vocabulary.kinds["Queue"].bases == ("Queue", "Server", "Asset", "Element")


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    return tmp_path / "threatmodel_own.py"


def with_threats(model_file: Path, more: str = "") -> Model:
    """A model that brings a threat file of its own."""
    return model_of(f"tm = TM('Own', threatsFile='own.toml')\nweb = Server('Web')\n{more}", file=str(model_file))


def test_a_model_may_bring_threats_of_its_own(model_file: Path) -> None:
    """They come after those of the library, and stay this model's."""
    write(model_file.parent, document([table()]), "own.toml")
    library = library_of(threat("target.inScope", targets=("Server",)))
    assert ids(bind(library, with_threats(model_file)), "Server") == ["T1", "WEB01"]
    assert ids(bind(library, model_of(SHOP)), "Server") == ["T1"]


def test_a_models_threats_may_read_the_fields_of_its_own_kinds(model_file: Path) -> None:
    """Its examples may be of those kinds, too."""
    own = table(
        targets=["Queue"],
        condition="not target.isDurable",
        vulnerable=[{"kind": "Queue"}],
        safe=[{"kind": "Queue", "isDurable": True}],
    )
    write(model_file.parent, document([own]), "own.toml")
    model = with_threats(model_file, OWN_KIND)
    assert ids(bind(library_of(), model), "Queue") == ["WEB01"]


def test_a_missing_threat_file_is_named_with_the_models_place(model_file: Path) -> None:
    with pytest.raises(LibraryError, match=r"threatmodel_own.py:1: threatsFile: there is no file '.*own.toml'"):
        bind(library_of(), with_threats(model_file))


def test_a_models_threat_with_an_id_of_the_library_is_refused(model_file: Path) -> None:
    write(model_file.parent, document([table()]), "own.toml")
    library = library_of(threat("target.inScope", "WEB01"))
    with pytest.raises(LibraryError, match="WEB01 stands twice"):
        bind(library, with_threats(model_file))


def test_a_models_threat_whose_example_fails_is_refused(model_file: Path) -> None:
    write(model_file.parent, document([table(vulnerable=[{"kind": "Server"}])]), "own.toml")
    with pytest.raises(LibraryError, match=r"vulnerable example 1 .*: the condition is False, expected True"):
        bind(library_of(), with_threats(model_file))


def test_a_models_threat_with_a_bad_condition_is_refused(model_file: Path) -> None:
    write(model_file.parent, document([table(condition="target.usesCahce")]), "own.toml")
    with pytest.raises(PackError, match="usesCache"):
        bind(library_of(), with_threats(model_file))
