"""Isolation: models never share elements, and a load leaves the process as it was."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.model import registry
from pytest_threatmodel.model.loading import load_model

from .conftest import START

if TYPE_CHECKING:
    from .conftest import Write

COMMON = 'from pytest_threatmodel import Boundary\ndmz = Boundary("DMZ")\n'


def test_two_models_each_have_their_own_common_elements(write: Write) -> None:
    """Nothing of the module is left behind, and each model is whole."""
    write("common.py", COMMON)
    first = load_model(write("threatmodel_a.py", START + 'from common import dmz\nServer("A", inBoundary=dmz)\n'))
    assert "common" not in sys.modules
    second = load_model(write("threatmodel_b.py", START + 'import common\nServer("B", inBoundary=common.dmz)\n'))
    assert (first.model.labels(), second.model.labels()) == (["DMZ", "A"], ["DMZ", "B"])
    assert first.module.dmz is first.model["DMZ"]
    assert second.module.common.dmz is second.model["DMZ"]
    assert first.module.dmz is not second.module.common.dmz


@pytest.mark.parametrize(
    "helper",
    [
        "from common import dmz\n",
        "import common\n",
        "import common as things\n",
        "from common import make\n",
        "from common import Zone\n",
    ],
)
def test_what_uses_the_common_module_runs_again_too(write: Write, helper: str) -> None:
    """Otherwise it would hold the elements of the first model, however it came by them."""
    write("common.py", COMMON + "class Zone(Boundary):\n    pass\n\ndef make():\n    return dmz\n")
    write("helper.py", helper + "runs = object()\n")
    write("top.py", "import helper\n")
    names = []
    for name in "ab":
        loaded = load_model(write(f"threatmodel_{name}.py", START + "import top\nruns = top.helper.runs\n"))
        names.append(loaded.module.runs)
        assert not {"common", "helper", "top"} & set(sys.modules)
        assert loaded.model.labels() == ["DMZ"]
    assert names[0] is not names[1]


def test_a_module_whose_function_makes_elements_is_forgotten_with_what_it_kept(write: Write) -> None:
    text = """
        from functools import cache
        from pytest_threatmodel import Datastore

        @cache
        def database():
            return Datastore("DB")
    """
    write("factory.py", text)
    use = START + "from factory import database\ndatabase(), database()\n"
    for name in "ab":
        assert load_model(write(f"threatmodel_{name}.py", use)).model.labels() == ["DB"]
        assert "factory" not in sys.modules


def test_common_elements_in_a_package_are_forgotten_on_the_package_too(write: Write, modules: None) -> None:
    write("landscape/__init__.py", "")
    write("landscape/common.py", COMMON)
    use = START + 'from landscape import common\nServer("Web", inBoundary=common.dmz)\n'
    first = load_model(write("threatmodel_a.py", use)).model
    second = load_model(write("threatmodel_b.py", use)).model
    assert first["DMZ"] is not second["DMZ"]
    assert not [name for name in sys.modules if name.startswith("landscape")]


def test_modules_of_one_name_in_two_folders_are_two_modules(write: Write) -> None:
    """The model's folder comes first, also if the other was there before and made no elements."""
    names = []
    for folder in "ab":
        write(f"{folder}/settings.py", f"name = 'from {folder}'\n")
        file = write(f"{folder}/threatmodel_shop.py", START + "import settings\nServer(settings.name)\n")
        names += load_model(file).model.labels()
    assert names == ["from a", "from b"]
    assert "settings" not in sys.modules


def test_a_module_that_others_can_import_stays_imported(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It may be the application itself, which must not run twice; only what makes elements is forgotten."""
    monkeypatch.syspath_prepend(tmp_path)
    write("shop_app.py", "runs = []\nruns.append(1)\n")
    write("shop_zones.py", COMMON)
    load_model(write("threatmodel_shop.py", START + "import shop_app, shop_zones\n"))
    assert "shop_app" in sys.modules
    assert "shop_zones" not in sys.modules
    kept = sys.modules["shop_app"]
    assert load_model(write("threatmodel_other.py", START + "import shop_app\n")).module.shop_app is kept


def test_a_module_of_that_name_from_elsewhere_is_there_again_afterwards(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While the model is loaded it has the one in its folder, as if it had been started by itself."""
    monkeypatch.syspath_prepend(tmp_path / "tests")
    write("tests/settings.py", "name = 'from tests'\n")
    write("tests/settings_user.py", "import settings\n")
    before, user = import_module("settings"), import_module("settings_user")
    write("models/settings.py", "name = 'from models'\n")
    module = load_model(write("models/threatmodel_shop.py", START + "import settings\n")).module
    assert module.settings.name == "from models"
    assert sys.modules["settings"] is before
    assert sys.modules["settings_user"] is user


def test_a_package_of_that_name_from_elsewhere_is_there_again_with_its_modules(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path / "tests")
    write("tests/parts/__init__.py", "")
    write("tests/parts/one.py", "name = 'from tests'\n")
    package, one = import_module("parts"), import_module("parts.one")
    write("models/parts/__init__.py", "")
    write("models/parts/one.py", "name = 'from models'\n")
    module = load_model(write("models/threatmodel_shop.py", START + "from parts import one\n")).module
    assert module.one.name == "from models"
    assert sys.modules["parts"] is package
    assert sys.modules["parts.one"] is one
    assert package.one is one


def test_a_file_named_like_a_part_of_python_hides_nothing(write: Write) -> None:
    before = {name: sys.modules[name] for name in ("types", "random", "pytest_threatmodel")}
    write("types.py", "1 / 0\n")
    write("random.py", "1 / 0\n")
    write("pytest_threatmodel.py", "1 / 0\n")
    module = load_model(write("threatmodel_shop.py", START + "import types, random\n")).module
    assert module.types is before["types"]
    assert {name: sys.modules[name] for name in before} == before


# Models that are imported as plain modules


def imported(name: str) -> Any:
    """A module as a test imports it."""
    return import_module(name)


def test_a_model_may_be_imported_by_a_test_before_and_after(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each gets a model of its own that is whole; the imported one stays what it was."""
    monkeypatch.syspath_prepend(tmp_path)
    write("common.py", COMMON)
    file = write("threatmodel_shop.py", START + 'from common import dmz\nServer("Web", inBoundary=dmz)\n')
    before = imported("threatmodel_shop")
    elements = list(before.tm.elements)
    loaded = load_model(file)
    assert loaded.model.labels() == before.tm.labels() == ["DMZ", "Web"]
    assert loaded.model["DMZ"] is not before.tm["DMZ"]
    assert before.tm.elements == elements
    assert before.tm.check()
    assert imported("threatmodel_shop") is before
    assert imported("common").dmz is before.dmz


def test_a_model_that_is_imported_after_it_was_loaded_is_another(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    write("common.py", COMMON)
    file = write("threatmodel_shop.py", START + "from common import dmz\n")
    loaded = load_model(file)
    after = imported("threatmodel_shop")
    assert after.tm.elements == [after.dmz]
    assert after.dmz is not loaded.module.dmz
    again = load_model(file)
    assert again.model.labels() == ["DMZ"]
    assert again.module.dmz is not after.dmz


def test_models_that_tests_import_one_after_the_other_keep_their_elements(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also elements that stand before the TM."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in "ab":
        text = f'from pytest_threatmodel import *\nearly = Server("Early {name}")\ntm = TM("{name}")\nServer("Late")\n'
        write(f"plain_{name}.py", text)
    first, second = imported("plain_a"), imported("plain_b")
    assert first.tm.labels() == ["Early a", "Late"]
    assert second.tm.labels() == ["Early b", "Late"]
    assert first.tm.check()
    assert second.tm.check()


def test_a_test_that_uses_an_imported_model_is_there_again_after_a_load(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    write("plain_model.py", START + 'web = Server("Web")\n')
    write("plain_test.py", "import plain_model\nfrom plain_model import web\n")
    test = imported("plain_test")
    load_model(write("threatmodel_other.py", START))
    assert imported("plain_test") is test
    assert imported("plain_model").web is test.web


def test_the_main_module_is_never_hidden(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script may make elements and load models as well."""
    registry.current().makers.add("__main__")
    main = sys.modules["__main__"]
    text = "import sys\nmain = sys.modules['__main__']\n"
    assert load_model(write("threatmodel_shop.py", START + text)).module.main is main


# What others have in their modules


def test_libraries_that_call_back_are_not_forgotten(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An installed library is not made by the model because its code was running: some cannot be imported twice."""
    site = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(registry, "_is_installed", lambda file: file.startswith(str(site)))
    write("site-packages/tables.py", "def apply(function, rows):\n    return [function(row) for row in rows]\n")
    text = "from tables import apply\napply(lambda name: Server(name), ['Web', 'DB'])\n"
    assert load_model(write("threatmodel_shop.py", START + text)).model.labels() == ["Web", "DB"]
    assert "tables" in sys.modules


def test_an_installed_library_of_elements_is_forgotten(
    write: Write, modules: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It makes them when it is imported."""
    site = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(registry, "_is_installed", lambda file: file.startswith(str(site)))
    write("site-packages/company_zones.py", COMMON)
    for name in "ab":
        model = load_model(write(f"threatmodel_{name}.py", START + "from company_zones import dmz\n")).model
        assert model.labels() == ["DMZ"]


def test_python_itself_and_installed_distributions_are_known(tmp_path: Path) -> None:
    assert registry._is_installed(str(import_module("contextlib").__file__))
    assert registry._is_installed(pytest.__file__)
    assert registry._is_installed("<frozen importlib._bootstrap>")
    assert not registry._is_installed(str(tmp_path / "helper.py"))


def test_objects_that_answer_every_question_with_an_error_are_no_problem(write: Write) -> None:
    """Proxies that are bound to nothing, as web frameworks have them in their modules."""
    text = """
        class Proxy:
            def __getattribute__(self, name):
                raise RuntimeError("working outside of context")
            def __call__(self):
                pass

        class Odd:
            __module__ = ["no name"]
            def __call__(self):
                pass

        request, odd = Proxy(), Odd()
    """
    write("webapp.py", text)
    write("common.py", COMMON)
    for name in "ab":
        file = write(f"threatmodel_{name}.py", START + "import webapp, common\n")
        assert load_model(file).model.labels() == ["DMZ"]


def test_entries_of_sys_modules_that_are_no_modules_are_no_problem(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "odd_none", None)
    monkeypatch.setitem(sys.modules, "odd_object", object())
    write("odd_object.py", "")
    write("common.py", COMMON)
    text = "import sys, common\nsys.modules['odd_later'] = 3\n"
    assert load_model(write("threatmodel_shop.py", START + text)).model.labels() == ["DMZ"]
    monkeypatch.delitem(sys.modules, "odd_later")
