"""A pack with one threat that keeps all rules, to spoil in one place at a time."""

from __future__ import annotations

from pathlib import Path

from pytest_threatmodel.analysis.selftest.check import Selftest
from pytest_threatmodel.analysis.selftest.flaw import Flaw
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.pack import read_pack

GOOD = """\
[pack]
name = "acme"
title = "Acme"
version = "1.0"

[[field]]
name = "printsLabels"
kinds = ["Server"]
type = "bool"
role = "fact"
description = "It prints labels."

[[threat]]
id = "ACME01"
title = "Labels carry commands"
targets = ["Server"]
condition = "target.printsLabels and not target.controls.validatesInput"
severity = "high"
cwe = [77]
description = "A label holds commands of the printer."
mitigation = "Check what is printed (controls.validatesInput)."
vulnerable = [{ kind = "Server", printsLabels = true }]
safe = [{ kind = "Server", printsLabels = true, controls = { validatesInput = true } }, { kind = "Server" }]
"""
LINE = 13


def spoiled(*changes: tuple[str, str]) -> str:
    """The good pack with some texts replaced, each of which stands in it once."""
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def flaws_in(folder: Path, text: str, id: str = "ACME01") -> list[Flaw]:
    """What is wrong with a threat of a pack that stands alone."""
    file = folder / "acme.toml"
    file.write_text(text, encoding="utf-8")
    library = Library([read_pack(file, shown_as="acme.toml")]).resolve()
    return Selftest(library).flaws(library[id])


def told(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """The flaws of the spoiled pack as an author reads them."""
    return [str(flaw) for flaw in flaws_in(folder, spoiled(*changes))]
