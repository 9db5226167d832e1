"""The alias: inside a load `pytm` means our names, outside it nothing has changed, whatever happened."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.compat.names import SUBMODULES
from pytest_threatmodel.model import kinds
from pytest_threatmodel.model.loading import LoadError

from .conftest import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import LoadPytm

START = "from pytm import *\ntm = TM('T')\n"

IMPORTS = [
    "from pytm import TM, Server",
    "from pytm import *",
    "from pytm.pytm import TM, Server",
    "import pytm.pytm\nTM, Server = pytm.pytm.TM, pytm.Server",
    "import pytm as p\nTM, Server = p.TM, p.Server",
    "from pytm import pytm\nTM, Server = pytm.TM, pytm.Server",
    "from pytm.tm import TM\nfrom pytm.asset import Server",
    "import importlib\npytm = importlib.import_module('pytm')\nTM, Server = pytm.TM, pytm.Server",
]


class RealPytm:
    """Modules that stand for an installed pytm which tests have imported, and a module that uses them."""

    def __init__(self) -> None:
        self.package, self.inner = ModuleType("pytm"), ModuleType("pytm.pytm")
        self.package.__path__ = []
        self.package.pytm = self.inner  # type: ignore[attr-defined]
        self.kind = type("Server", (), {"__module__": "pytm.pytm"})
        self.inner.Server = self.package.Server = self.kind  # type: ignore[attr-defined]
        self.user = ModuleType("common")
        self.user.Server = self.kind  # type: ignore[attr-defined]

    def modules(self) -> dict[str, ModuleType]:
        return {"pytm": self.package, "pytm.pytm": self.inner, "common": self.user}


@pytest.fixture
def real() -> Iterator[RealPytm]:
    made = RealPytm()
    with pytest.MonkeyPatch.context() as patch:
        for name, module in made.modules().items():
            patch.setitem(sys.modules, name, module)
        yield made


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Whatever a test does here, afterwards the import system is as it was."""
    modules, finders = dict(sys.modules), list(sys.meta_path)
    yield
    left = {name for name in sys.modules if name not in modules and not name.startswith("pytest_threatmodel.")}
    assert {name for name in left if name.partition(".")[0] in ("pytm", "common", "tm", "system")} == set()
    assert {name: sys.modules.get(name) for name in modules if name.partition(".")[0] == "pytm"} == {
        name: module for name, module in modules.items() if name.partition(".")[0] == "pytm"
    }
    assert [finder for finder in sys.meta_path if finder not in finders] == []


@pytest.mark.parametrize("imports", IMPORTS)
def test_every_way_to_import_gives_our_names(load_pytm: LoadPytm, imports: str) -> None:
    loaded = load_pytm(f"{imports}\ntm = TM('T')\nweb = Server('Web')\n")
    assert loaded.findings == ["TT01[Web]"]
    assert type(value_of(loaded, "web")) is kinds.Server


@pytest.mark.parametrize("module", SUBMODULES)
def test_submodules_have_the_names(load_pytm: LoadPytm, module: str) -> None:
    """Names have moved between the modules of pytm; here each module has all of them."""
    load_pytm(f"from pytm import TM\nfrom pytm.{module} import Element\ntm = TM('T')\n")


def test_a_module_that_pytm_never_had_is_not_there(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match=r"No module named 'pytm\.nothing'"):
        load_pytm("import pytm.nothing\n")


def test_a_real_pytm_is_untouched(load_pytm: LoadPytm, real: RealPytm) -> None:
    loaded = load_pytm(START + "import pytm, pytm.pytm\nServer('Web')\nmodules = [pytm, pytm.pytm]\n")
    assert loaded.findings == ["TT01[Web]"]
    assert not {id(module) for module in value_of(loaded, "modules")} & {id(real.package), id(real.inner)}
    assert all(sys.modules[name] is module for name, module in real.modules().items())
    assert (real.package.pytm, real.inner.Server, real.user.Server) == (real.inner, real.kind, real.kind)


@pytest.mark.usefixtures("real")
def test_a_module_that_uses_a_real_pytm_runs_again_for_the_model(load_pytm: LoadPytm) -> None:
    """And afterwards is the one that the tests have."""
    before = sys.modules["common"]
    common = "from pytm import Server\ndef server():\n    return Server('Made')\n"
    assert load_pytm(START + "from common import server\nserver()\n", common__py=common).findings == ["TT01[Made]"]
    assert sys.modules["common"] is before


@pytest.mark.parametrize("text", ["1 / 0", "import sys\nsys.exit(3)", "raise KeyboardInterrupt", "Server("])
def test_errors_leave_nothing_behind(load_pytm: LoadPytm, real: RealPytm, text: str) -> None:
    with pytest.raises((LoadError, KeyboardInterrupt)):
        load_pytm(f"{START}import common\n{text}\n", common__py="from pytm import Server\n")
    assert all(sys.modules[name] is module for name, module in real.modules().items())


@pytest.mark.parametrize(
    "text",
    ["from pytm import Server", "import pytm", "from pytm import Classification", "from pytm.flows import reply"],
)
def test_a_helper_module_that_makes_nothing_is_forgotten(load_pytm: LoadPytm, text: str) -> None:
    """It holds our names, which a test that imports it later does not want."""
    load_pytm(START + "import common, common2\n", common__py=text, common2__py="import common\n")
    assert not {"common", "common2", "pytm"} & set(sys.modules)


def test_a_nested_load_has_an_alias_of_its_own(load_pytm: LoadPytm, tmp_path: Path) -> None:
    tmp_path.joinpath("other.py").write_text(START + "import pytm\nServer('Other')\n", encoding="utf-8")
    text = """
    import pathlib, pytm
    from pytm import TM, Server
    from pytest_threatmodel.compat.alias import pytm_names
    from pytest_threatmodel.library.library import Library
    from pytest_threatmodel.model.loading import load_model

    tm = TM("Outer")
    Server("Before")
    other = load_model(pathlib.Path(__file__).with_name("other.py"), around=pytm_names(Library([])))
    import pytm as again
    Server("After")
    assert again is pytm and TM is pytm.TM
    """
    loaded = load_pytm(text)
    assert [element.name for element in loaded.model.elements] == ["Before", "After"]
    other = value_of(loaded, "other")
    assert [element.name for element in other.model.elements] == ["Other"]
    assert type(other.model) is not type(loaded.model)


def test_each_load_has_its_own_state_and_patches(load_pytm: LoadPytm) -> None:
    patch = """
    from pytm import TM, Server, Threat
    from pytm.report_util import ReportUtils

    ReportUtils.getFindingCount = staticmethod(lambda element: "patched")
    ReportUtils.getMore = staticmethod(str)
    Server.shape = "box"
    TM._threats.append(Threat(SID="OWN", target="Server"))
    tm = TM("T")
    web = Server("Web")
    assert ReportUtils.getFindingCount(web) == "patched" and web.shape == "box"
    """
    assert load_pytm(patch).findings == ["TT01[Web]", "OWN[Web]"]
    clean = """
    from pytm import TM, Server
    from pytm.report_util import ReportUtils

    tm = TM("T")
    assert ReportUtils.getFindingCount(Server("Web")) == "0" and not hasattr(ReportUtils, "getMore")
    assert not hasattr(Server, "shape")
    """
    assert load_pytm(clean).findings == ["TT01[Web]"]


def test_what_a_file_adds_to_a_module_of_the_alias_ends_with_it(load_pytm: LoadPytm) -> None:
    """Scripts put elements on `pytm.pytm`, for threats that name them."""
    load_pytm("import pytm.pytm\nfrom pytm import TM, Server\ntm = TM('T')\npytm.pytm.web = Server('Web')\n")
    load_pytm("import pytm.pytm\nfrom pytm import TM\ntm = TM('T')\nassert not hasattr(pytm.pytm, 'web')\n")


def test_a_file_that_does_not_import_pytm_is_none_of_its(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match="has no attribute 'in_boundary'"):
        load_pytm("from pytest_threatmodel import *\ntm = TM('T')\nweb = Server('Web')\nweb.in_boundary = 1\n")


def test_the_import_may_stand_in_a_module_of_the_file(load_pytm: LoadPytm) -> None:
    """The file itself names pytm nowhere."""
    common = "from pytm import TM, Server\ntm = TM('T')\n"
    loaded = load_pytm("from common import tm, Server\nServer('Web').team = 'red'\n", common__py=common)
    assert loaded.notices == ["tm.py:2: Server.team: no rule of a library reads it"]


@pytest.mark.parametrize("name", ["DataStore", "DataFlow", "Store", "Client", "Database", "Component"])
@pytest.mark.parametrize("module", ["pytm", "pytm.pytm"])
def test_names_that_never_existed_say_what_is_meant(load_pytm: LoadPytm, module: str, name: str) -> None:
    meant = {"DataFlow": "Dataflow", "Client": "Actor, ExternalEntity or Process", "Component": "Process or Server"}
    with pytest.raises(LoadError) as caught:
        load_pytm(f"from {module} import TM, {name}\n")
    text = f"ImportError: {module} has no name '{name}', nor had it ever; meant is {meant.get(name, 'Datastore')}"
    assert caught.value.problem.splitlines()[-1] == text
    assert "tm.py" in caught.value.problem


def test_misspelt_names_say_the_nearest(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match=r"ImportError: pytm has no name 'Sever'; did you mean 'Server'\?"):
        load_pytm("from pytm import Sever\n")
    with pytest.raises(LoadError, match=r"AttributeError: pytm has no name 'DataStore', nor had it ever"):
        load_pytm("import pytm\npytm.DataStore\n")


def test_names_that_are_absent_say_what_to_use(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match=r"pytm\.pytm has no name 'get_args' here: pytest has the options"):
        load_pytm("from pytm.pytm import get_args\n")


def test_a_file_may_ask_whether_pytm_and_its_names_are_there(load_pytm: LoadPytm) -> None:
    load_pytm(
        START + "import importlib.util, pytm\nassert importlib.util.find_spec('pytm')\n"
        "assert not hasattr(pytm, 'DataStore')\nassert getattr(pytm, 'LLM', None)\n"
    )
    assert find_spec("pytm") is None or "pytm" in sys.modules
