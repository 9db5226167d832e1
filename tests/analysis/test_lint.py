"""How rules meet models: never, always, and on facts that nobody states."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_threatmodel.analysis.evaluate import evaluate
from pytest_threatmodel.analysis.examples import build_example
from pytest_threatmodel.analysis.lint import lint_figures
from pytest_threatmodel.analysis.lint import lint_lines
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.threat import Example

from .selftest.packs import GOOD

ALWAYS = GOOD[GOOD.index("[[threat]]") :].replace("ACME01", "ACME02").replace("target.printsLabels and ", "")


def figures(folder: Path, *examples: Example) -> list[dict[str, object]]:
    file = folder / "acme.toml"
    file.write_text(f"{GOOD}\n{ALWAYS}", encoding="utf-8")
    library = Library([read_pack(file)]).resolve()
    models = [build_example(example, library.vocabulary.declared)[0] for example in examples]
    return [lint_figures(evaluate(model, library)) for model in models]


def test_what_never_and_always_fires_over_all_models_is_named(tmp_path: Path) -> None:
    found = figures(tmp_path, *[Example("Server", {})] * 3)
    assert lint_lines(found) == [
        "lint: 2 of 2 threats concern an element",
        "  1 never fire: ACME01",
        "  1 always fire: ACME02 (3)",
        "  1 facts are read and stated by no element: printsLabels (ACME01)",
    ]


def test_once_is_not_always_and_stated_facts_are_not_told(tmp_path: Path) -> None:
    found = figures(tmp_path, Example("Server", {"printsLabels": True}))
    assert lint_lines(found) == ["lint: 2 of 2 threats concern an element"]


def test_threats_without_an_element_are_only_counted(tmp_path: Path) -> None:
    assert lint_lines(figures(tmp_path, Example("Datastore", {}))) == ["lint: 0 of 2 threats concern an element"]


def test_figures_cross_from_worker_to_controller(tmp_path: Path) -> None:
    found = figures(tmp_path, Example("Server", {"printsLabels": True}))
    assert json.loads(json.dumps(found)) == found


def test_long_lists_are_cut_unless_all_are_wanted() -> None:
    rules = {f"T{number:02}": [1, 0] for number in range(12)}
    model = {"rules": rules, "read": {}, "stated": []}
    assert lint_lines([model])[1].endswith("T09, and 2 more, which -v names")
    assert lint_lines([model], every=True)[1].endswith("T10, T11")
