"""Loading: a model file is run, its one model is completed and checked, and what is wrong is one clear error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import ModelProblems
from pytest_threatmodel.model.loading import LoadError
from pytest_threatmodel.model.loading import load_model
from pytest_threatmodel.model.origin import Place
from pytest_threatmodel.tm import TM

from .conftest import START

if TYPE_CHECKING:
    from .conftest import LoadText
    from .conftest import Write


def problem_of(file: Path, build: str | None = None) -> str:
    """What is wrong with a file, with its folder left out; whatever happens, the process is as it was before."""
    before = (list(sys.path), sys.argv, set(sys.modules))
    with pytest.raises(LoadError) as caught:
        load_model(file, build=build)
    assert (list(sys.path), sys.argv, set(sys.modules)) == before
    assert caught.value.file == file
    assert str(caught.value) == f"{file.name}: {caught.value.problem}"
    return caught.value.problem.replace(f"{file.parent}{os.sep}", "")


def test_a_file_gives_its_model_and_its_module(load_text: LoadText) -> None:
    loaded = load_text('web = Server("Web")\ndef test_x(): pass')
    assert isinstance(loaded.model, TM)
    assert loaded.model.name == "Shop"
    assert loaded.model.elements == [loaded.module.web]
    assert callable(loaded.module.test_x)


def test_the_model_is_completed(load_text: LoadText) -> None:
    loaded = load_text('order = Dataflow(Actor("User"), Server("Web", protocol="HTTPS"), "Order")')
    assert loaded.module.order.protocol == "HTTPS"


def test_a_file_runs_under_a_name_of_its_own_each_time(write: Write) -> None:
    file = write("threatmodel_shop.py", START)
    first, second = load_model(file).module, load_model(file).module
    assert first.__name__ != second.__name__
    assert first.__name__.startswith("threatmodel_shop__threatmodel_")
    assert (first.__file__, first.__package__) == (str(file), "")
    assert first.__name__ not in sys.modules
    assert second.__name__ not in sys.modules


def test_while_it_runs_the_file_seems_to_be_started_by_itself(load_text: LoadText, tmp_path: Path) -> None:
    text = "import sys\nargv, path, own = list(sys.argv), list(sys.path), sys.modules[__name__]"
    before = (list(sys.path), sys.argv)
    module = load_text(text).module
    assert module.argv == [str(tmp_path / "threatmodel_shop.py")]
    assert module.path == [str(tmp_path), *before[0]]
    assert module.own is module
    assert (sys.path, sys.argv) == before


def test_what_the_file_does_to_path_and_arguments_is_undone(load_text: LoadText) -> None:
    before = (list(sys.path), list(sys.argv))
    load_text('import sys\nsys.path.append("/nowhere")\nsys.argv = ["x"]')
    load_text('import sys\nsys.path = ["/nowhere", *sys.path]\nsys.argv.clear()')
    assert (sys.path, sys.argv) == before


@pytest.mark.parametrize(
    "name", ["threat.model.v2.py", "my threat model.py", "модель.py", "2nd.py", "model.txt", "x-y"]
)
def test_a_file_may_have_any_name(write: Write, name: str) -> None:
    file = write(name, START + 'Server("Web")')
    loaded = load_model(file)
    assert loaded.module.__name__.split("__threatmodel_")[0].isidentifier() or name.startswith("2")
    assert loaded.model.elements[0].place == Place(str(file), 4)


def test_files_of_one_name_in_two_folders_are_two_models(write: Write) -> None:
    first = load_model(write("a/threatmodel_shop.py", START + 'Server("A")')).model
    second = load_model(write("b/threatmodel_shop.py", START + 'Server("B")')).model
    assert (first.labels(), second.labels()) == (["A"], ["B"])


def test_the_build_function_makes_the_model(write: Write) -> None:
    text = """
        from pytest_threatmodel import *

        def build_model():
            tm = TM("Built")
            Server("Web")
            return tm
    """
    file = write("threatmodel_shop.py", text)
    loaded = load_model(file, build="build_model")
    assert (loaded.model.name, loaded.model.labels()) == ("Built", ["Web"])
    assert loaded.model["Web"].place == Place(str(file), 6)


def test_process_does_nothing_while_the_file_is_loaded(load_text: LoadText, capsys: pytest.CaptureFixture[str]) -> None:
    assert load_text('tm.process()\nServer("Web")').model.labels() == ["Web"]
    assert capsys.readouterr() == ("", "")


# Leaving early


@pytest.mark.parametrize("leave", ["sys.exit()", "sys.exit(0)", "raise SystemExit", "sys.exit(None)"])
def test_leaving_without_a_status_after_the_model_keeps_it(load_text: LoadText, leave: str) -> None:
    model = load_text(f'import sys\nServer("Web")\n{leave}\nServer("Never")').model
    assert model.labels() == ["Web"]


def test_leaving_before_there_is_a_model_is_an_error(write: Write) -> None:
    file = write("threatmodel_shop.py", "import sys\nsys.exit(0)\n")
    assert problem_of(file) == "the model file calls sys.exit() before it makes a TM"


@pytest.mark.parametrize("status", ["2", "'no'", "1.5"])
def test_leaving_with_a_status_is_an_error(write: Write, status: str) -> None:
    file = write("threatmodel_shop.py", f"{START}import sys\nsys.exit({status})\n")
    problem = problem_of(file)
    assert problem.startswith(f"the model file calls sys.exit({status})\nTraceback (your lines only):\n")
    assert 'File "threatmodel_shop.py", line 5' in problem


def test_what_is_no_error_of_the_file_goes_on(write: Write) -> None:
    """Control-C, and pytest's outcomes, which are no `Exception` either; the process is put back all the same."""
    before = (list(sys.path), sys.argv, set(sys.modules))
    for error in ("KeyboardInterrupt", "__import__('pytest').skip.Exception"):
        file = write(f"threatmodel_{len(error)}.py", f"{START}raise {error}('x')\n")
        with pytest.raises(BaseException, match="x") as caught:
            load_model(file)
        assert not isinstance(caught.value, Exception)
        assert (list(sys.path), sys.argv, set(sys.modules)) == before


# Errors


def test_an_exception_shows_the_users_lines_only(write: Write) -> None:
    write("helper.py", "def divide(number):\n    return 1 / number\n")
    file = write("threatmodel_shop.py", f"{START}from helper import divide\n\ndivide(0)\n")
    # Which part of a line Python underlines depends on its version.
    assert [line for line in problem_of(file).splitlines() if line.strip("~^ ")] == [
        "Traceback (your lines only):",
        '  File "threatmodel_shop.py", line 6, in <module>',
        "    divide(0)",
        '  File "helper.py", line 2, in divide',
        "    return 1 / number",
        "ZeroDivisionError: division by zero",
    ]


def test_a_wrong_value_shows_line_and_message(write: Write) -> None:
    problem = problem_of(write("threatmodel_shop.py", START + 'web = Server("Web")\nweb.usesCahce = True\n'))
    assert "line 5, in <module>\n    web.usesCahce = True" in problem
    assert problem.endswith(
        "UnknownAttribute: Server \"Web\" has no attribute 'usesCahce'; did you mean 'usesCache'?"
        " (threatmodel_shop.py:5)"
    )
    assert "node.py" not in problem
    assert "element.py" not in problem
    assert "loading.py" not in problem


def test_the_cause_of_an_error_is_kept(write: Write) -> None:
    file = write("threatmodel_shop.py", START + 'raise ValueError("x")\n')
    with pytest.raises(LoadError) as caught:
        load_model(file)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_syntax_error_shows_the_line(write: Write) -> None:
    problem = problem_of(write("threatmodel_shop.py", START + "web = = 3\n"))
    assert problem.splitlines()[0] == '  File "threatmodel_shop.py", line 4'
    assert problem.splitlines()[1].strip() == "web = = 3"
    assert problem.endswith("SyntaxError: invalid syntax")


def test_a_syntax_error_in_a_module_that_the_file_imports_names_that_module(write: Write) -> None:
    write("helper.py", "def f(:\n")
    problem = problem_of(write("threatmodel_shop.py", "import helper\n"))
    assert problem.startswith('  File "helper.py", line 1')
    assert "SyntaxError" in problem


@pytest.mark.parametrize("content", [b"x = '\xff'\n", b"x = 1\x00\n", b"\x00\x01\x02"], ids=["latin", "null", "binary"])
def test_a_file_that_is_no_text_is_a_syntax_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "threatmodel_shop.py"
    file.write_bytes(content)
    assert "SyntaxError" in problem_of(file) or "source code" in problem_of(file)


def test_an_import_that_fails_is_an_error_of_the_file(write: Write) -> None:
    problem = problem_of(write("threatmodel_shop.py", "import no_such_module\n"))
    assert problem.endswith("ModuleNotFoundError: No module named 'no_such_module'")
    assert "importlib" not in problem


def test_an_endless_recursion_is_told_shortly(write: Write) -> None:
    problem = problem_of(write("threatmodel_shop.py", "def f():\n    f()\n\nf()\n"))
    assert "RecursionError" in problem
    assert "more times]" in problem
    assert len(problem) < 2_000


def test_an_error_that_cannot_be_written_out_is_an_error_all_the_same(write: Write) -> None:
    text = "class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError\n\nraise Odd\n"
    assert "Odd: <exception str() failed>" in problem_of(write("threatmodel_shop.py", text))


def test_every_complaint_about_the_model_is_in_the_message(write: Write) -> None:
    text = 'first = Boundary("First")\nfirst.inBoundary = first\nServer("")\n'
    file = write("threatmodel_shop.py", START + text)
    assert problem_of(file) == (
        "the model has 2 problems:\n"
        "  an element of kind Server has an empty name (threatmodel_shop.py:6)\n"
        '  Boundary "First" is inside itself (threatmodel_shop.py:4)'
    )
    with pytest.raises(LoadError) as caught:
        load_model(file)
    assert isinstance(caught.value.__cause__, ModelProblems)


def test_one_complaint_is_counted_as_one(write: Write) -> None:
    assert problem_of(write("threatmodel_shop.py", START + 'Server("")\n')).startswith("the model has 1 problem:\n")


# No model


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_an_empty_file_is_told_so(write: Write, text: str) -> None:
    assert problem_of(write("threatmodel_shop.py", text)) == (
        'the file makes no TM: it is empty; a model begins with tm = TM("Name")'
    )


def test_a_file_without_a_model_says_how_one_begins(write: Write) -> None:
    text = 'from pytest_threatmodel import Server\nServer("Web")\n'
    assert problem_of(write("threatmodel_shop.py", text)) == (
        'the file makes no TM; a model begins with tm = TM("Name")'
    )


@pytest.mark.parametrize("guard", ['__name__ == "__main__"', "'__main__' == __name__"])
def test_a_model_behind_a_main_guard_is_found_there(write: Write, guard: str) -> None:
    text = f'from pytest_threatmodel import TM\nif {guard}:\n    tm = TM("Shop")\n'
    assert problem_of(write("threatmodel_shop.py", text)) == (
        'the file makes no TM, because it stands under `if __name__ == "__main__":`; move it out of the guard'
    )


@pytest.mark.parametrize("call", ["TM", "pytest_threatmodel.TM"])
def test_a_function_that_returns_the_model_is_named(write: Write, call: str) -> None:
    text = f'import pytest_threatmodel\nfrom pytest_threatmodel import TM\ndef build():\n    return {call}("Shop")\n'
    assert problem_of(write("threatmodel_shop.py", text)) == (
        "the file makes no TM, but build() does; ini threatmodel_files = threatmodel_shop.py::build calls it"
    )


def test_a_build_function_that_makes_no_model_is_named(write: Write) -> None:
    file = write("threatmodel_shop.py", "def build_model():\n    pass\n")
    assert problem_of(file, "build_model") == "build_model() was called and made no TM"


def test_a_build_function_that_is_not_there_gets_the_nearest(write: Write) -> None:
    file = write("threatmodel_shop.py", "def build_model():\n    pass\n")
    assert problem_of(file, "buildmodel") == (
        "there is no function 'buildmodel' to build the model; did you mean 'build_model'?"
    )
    assert problem_of(file, "__name__") == "there is no function '__name__' to build the model"


def test_an_error_in_the_build_function_is_one_of_the_file(write: Write) -> None:
    file = write("threatmodel_shop.py", "def build_model():\n    return 1 / 0\n")
    assert "line 2, in build_model" in problem_of(file, "build_model")
    file = write("threatmodel_other.py", "def build_model(name):\n    pass\n")
    assert "build_model() missing 1 required positional argument" in problem_of(file, "build_model")


def test_two_models_in_one_file_are_named_with_their_lines(write: Write) -> None:
    assert problem_of(write("threatmodel_shop.py", START + 'other = TM("Bank")\n')) == (
        'one file describes one system, but this one makes 2: TM("Shop") in line 3 and TM("Bank") in line 4'
    )


def test_a_build_function_that_makes_a_second_model_is_an_error_too(write: Write) -> None:
    file = write("threatmodel_shop.py", START + 'def build_model():\n    return TM("Bank")\n')
    assert 'TM("Shop") in line 3 and TM("Bank") in line 5' in problem_of(file, "build_model")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises((LoadError, OSError), match="threatmodel_none"):
        load_model(tmp_path / "threatmodel_none.py")


# Where elements are made


def test_an_element_is_made_at_the_innermost_line_of_the_model_file(write: Write) -> None:
    write(
        "helper.py",
        """
        from pytest_threatmodel import Server

        def standard(name):
            return Server(name)

        shared = Server("Shared")
        """,
    )
    text = """\
        from pytest_threatmodel import *
        from helper import shared, standard

        class Portal(Server):
            def __init__(self, name):
                super().__init__(name)

        def pair(name):
            return [Server(name + suffix) for suffix in "12"]

        tm = TM("Shop")
        Server("Plain")
        standard("Helped")
        pair("Pair")
        Portal(
            "Portal"
        )
    """
    file = write("threatmodel_shop.py", text)
    tm = load_model(file).model
    assert {label: element.place.line for label, element in zip(tm.labels(), tm.elements, strict=True)} == {
        "Shared": 2,
        "Plain": 12,
        "Helped": 13,
        "Pair1": 9,
        "Pair2": 9,
        "Portal": 15,
    }
    assert {element.place.file for element in tm.elements} == {str(file)}
    assert tm.place == Place(str(file), 11)


def test_a_value_is_stated_where_it_is_written(write: Write) -> None:
    """That may be another file than the model's."""
    helper = write("helper.py", "def harden(server):\n    server.controls.isHardened = True\n")
    file = write("threatmodel_shop.py", START + 'from helper import harden\nweb = Server("Web", OS="X")\nharden(web)\n')
    web = load_model(file).module.web
    assert web.facts.origins["OS"].place == Place(str(file), 5)
    assert web.controls.facts.origins["isHardened"].place == Place(str(helper), 2)


def test_relative_imports_work_in_a_package(write: Write) -> None:
    write("models/__init__.py", "")
    write("models/shop/__init__.py", "")
    write("models/common.py", 'from pytest_threatmodel import Boundary\ndmz = Boundary("DMZ")\n')
    write("models/shop/parts.py", 'from pytest_threatmodel import Server\nweb = Server("Web")\n')
    text = "from ..common import dmz\nfrom . import parts\nimport models.common\nimport parts as plain\n"
    before = set(sys.modules)
    loaded = load_model(write("models/shop/threatmodel_shop.py", START + text))
    assert loaded.module.__package__ == "models.shop"
    assert loaded.module.__name__.startswith("models.shop.threatmodel_shop__threatmodel_")
    assert loaded.model.elements[:2] == [loaded.module.dmz, loaded.module.parts.web]
    assert set(sys.modules) == before


def test_packages_of_one_name_in_two_places_are_two_packages(write: Write) -> None:
    models = []
    for folder in "ab":
        write(f"{folder}/models/__init__.py", "")
        write(f"{folder}/models/common.py", f'from pytest_threatmodel import Server\nServer("From {folder}")\n')
        models.append(load_model(write(f"{folder}/models/threatmodel_shop.py", f"{START}from . import common\n")).model)
    assert [tm.labels() for tm in models] == [["From a"], ["From b"]]


def test_an_error_in_the_package_is_an_error_of_the_file(write: Write) -> None:
    write("models/__init__.py", "1 / 0\n")
    problem = problem_of(write("models/threatmodel_shop.py", START))
    assert problem.endswith("ZeroDivisionError: division by zero")


def test_a_folder_that_is_no_package_by_name_is_none(write: Write) -> None:
    write("my-models/__init__.py", "1 / 0\n")
    assert load_model(write("my-models/threatmodel_shop.py", START)).module.__package__ == ""


def test_a_load_within_a_load_is_a_model_of_its_own(write: Write) -> None:
    """Both use a module of common elements, and each has its own."""
    write("common.py", 'from pytest_threatmodel import Boundary\ndmz = Boundary("DMZ")\n')
    inner = write("threatmodel_inner.py", START + 'from common import dmz\nServer("Inner", inBoundary=dmz)\n')
    text = f"""
from pathlib import Path
from pytest_threatmodel.model.loading import load_model
import common
inner = load_model(Path({str(inner)!r}))
from common import dmz
Server("Outer", inBoundary=dmz)
"""
    before = (list(sys.path), sys.argv, set(sys.modules))
    loaded = load_model(write("threatmodel_outer.py", START + text))
    assert (list(sys.path), sys.argv, set(sys.modules)) == before
    assert loaded.model.labels() == ["DMZ", "Outer"]
    assert loaded.module.dmz is loaded.module.common.dmz
    assert loaded.module.inner.model.labels() == ["DMZ", "Inner"]


def test_an_error_within_a_load_leaves_the_outer_load_as_it_was(write: Write) -> None:
    inner = write("threatmodel_inner.py", START + "1 / 0\n")
    text = f"""
from pathlib import Path
from pytest_threatmodel.model.loading import LoadError, load_model
try:
    load_model(Path({str(inner)!r}))
except LoadError:
    pass
Server("Outer")
"""
    assert load_model(write("threatmodel_outer.py", START + text)).model.labels() == ["Outer"]


def test_elements_made_after_the_load_do_not_join_its_model(load_text: LoadText) -> None:
    """Test functions of a model file may make some."""
    loaded = load_text("def make():\n    return Server('Late')\n")
    loaded.module.make()
    assert loaded.model.elements == []


def test_a_hundred_models_leave_nothing_behind(write: Write) -> None:
    write("common.py", 'from pytest_threatmodel import Boundary\ndmz = Boundary("DMZ")\n')
    file = write("threatmodel_shop.py", START + 'import common\nServer("Web", inBoundary=common.dmz)\n')
    load_model(file)
    before = (set(sys.modules), list(sys.path), list(sys.meta_path))
    for _ in range(100):
        assert load_model(file).model.labels() == ["DMZ", "Web"]
    assert (set(sys.modules), list(sys.path), list(sys.meta_path)) == before


def test_a_wrong_model_can_be_asked_for_its_place(write: Write) -> None:
    file = write("threatmodel_shop.py", START + 'Server("Web").dstPort = 1\n')
    with pytest.raises(LoadError) as caught:
        load_model(file)
    error = caught.value.__cause__
    assert isinstance(error, ModelError)
    assert error.place == Place(str(file), 4)
