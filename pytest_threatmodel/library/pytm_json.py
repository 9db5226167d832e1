"""Reads pytm's threat files: JSON, with conditions as pytm understands them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from pathlib import PurePath
from typing import Any
from typing import Final

from pytest_threatmodel.library.declared import targetable
from pytest_threatmodel.library.entry import read_condition
from pytest_threatmodel.library.entry import read_id
from pytest_threatmodel.library.errors import Complaints
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import Problem
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.files import read_text
from pytest_threatmodel.library.pack import label
from pytest_threatmodel.library.table import Table
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Severity
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import parse_likelihood
from pytest_threatmodel.library.threat import parse_severity
from pytest_threatmodel.model.vocabulary import Vocabulary
from pytest_threatmodel.model.vocabulary import standard_vocabulary

#: Newer files may write these with the attribute's name.
_OTHER_SPELLINGS: Final = {"SID": "id", "Likelihood Of Attack": "likelihood"}
#: Threats that carry this key are kept for the record only; pytm passes over them.
_RETIRED: Final = "DEPRECATED"
#: pytm applies a threat without a target to everything, and one without a condition always.
_DEFAULTS: Final = {"target": ["Element"], "condition": "True"}
#: pytm leaves a missing severity empty; here it must sort and filter.
_NO_SEVERITY: Final[Severity] = "medium"
_SEPARATOR = re.compile(r",\s+|\s*\n\s*")
_CWE = re.compile(r"cwe\.mitre\.org/data/definitions/([0-9]{1,6})\b")
_CAPEC = re.compile(r"capec\.mitre\.org/data/definitions/([0-9]{1,6})\b")


def read_pytm_json(
    path: Path, *, vocabulary: Vocabulary | None = None, shown_as: str | None = None, name: str | None = None
) -> Pack:
    """The pack in a threat file of pytm.

    Args:
        path: the file.
        vocabulary: the kinds that there are; the standard ones by default.
        shown_as: how messages and origins name the file; its path by default.
        name: of the pack; that of the file by default.

    Raises:
        PackError: with everything that is wrong with it.
    """
    file = shown_as or str(path)
    return pytm_pack(_parsed(read_text(path, file), file), name or path.stem, file, vocabulary=vocabulary)


def pytm_pack(items: list[Any], name: str, file: str, *, vocabulary: Vocabulary | None = None) -> Pack:
    """The pack of threats that are objects as in a threat file of pytm.

    Args:
        items: the objects.
        name: of the pack.
        file: how messages and origins name where they stand.
        vocabulary: the kinds that there are; the standard ones by default.

    Raises:
        PackError: with everything that is wrong with them.
    """
    complaints = Complaints(file)
    reader = _Reader(name, complaints, vocabulary or standard_vocabulary())
    threats = reader.threats(items)
    complaints.settle()
    return Pack(name=name, title=f"Threats of {PurePath(file).name}", threats=threats, origin=file)


def _parsed(text: str, file: str) -> list[Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        problem = Problem(f"not JSON: {error.msg}", line=error.lineno, column=error.colno)
    except RecursionError:
        problem = Problem("not a list of threats: nested too deeply")
    except ValueError:
        # Python refuses to read numbers of more than 4,300 digits.
        problem = Problem("not JSON: a number in it is too long")
    else:
        if isinstance(document, list):
            return document
        problem = Problem(f"expected a list of threats, got {shown(document)}")
    raise PackError(file, [problem]) from None


class _Reader:
    """Turns the objects of one file into threats."""

    def __init__(self, pack: str, complaints: Complaints, vocabulary: Vocabulary) -> None:
        self.pack = pack
        self.complaints = complaints
        self.kinds = targetable(vocabulary)

    def threats(self, items: list[Any]) -> tuple[Threat, ...]:
        threats: dict[str, Threat] = {}
        for index, item in enumerate(items, 1):
            if not isinstance(item, dict):
                problem = Problem(f"expected an object, got {shown(item)}", f"threat #{index}")
                self.complaints.add(problem)
            elif _RETIRED not in item:
                self._add(threats, _table(item, index, self.complaints))
        return tuple(threats.values())

    def _add(self, threats: dict[str, Threat], table: Table) -> None:
        threat = self._threat(table)
        if threat.id and threat.id in threats:
            table.wrong("SID", "repeated: another threat of this file has this id")
        threats.setdefault(threat.id, threat)

    def _threat(self, table: Table) -> Threat:
        table.require(("SID",))
        id_ = read_id(table, "SID")
        # pytm's descriptions are titles, its details are descriptions.
        title = " ".join(table.text("description").split()) or id_
        references = table.text("references")
        return Threat(
            id=id_,
            pack=self.pack,
            title=title,
            targets=table.names("target", "kind", self.kinds),
            condition=read_condition(table, "condition"),
            severity=table.word("severity", parse_severity, _NO_SEVERITY),
            description=table.text("details") or title,
            mitigation=table.text("mitigations"),
            likelihood=table.word("Likelihood Of Attack", parse_likelihood, ""),
            cwe=_numbers(_CWE, references),
            capec=_numbers(_CAPEC, references),
            references=tuple(part for part in _SEPARATOR.split(references) if part),
            prerequisites=table.text("prerequisites"),
            example=table.text("example"),
            origin=f"{self.complaints.file}, {table.where}",
            lenient=True,
        )


def _table(item: Mapping[str, Any], index: int, complaints: Complaints) -> Table:
    # An empty text says no more than a missing key; an empty condition is a mistake.
    empty = [key for key, value in item.items() if value is None or (value == "" and key != "condition")]
    values = {key: value for key, value in item.items() if key not in empty}
    for name, other in _OTHER_SPELLINGS.items():
        if name not in values and other in values:
            values[name] = values[other]
    values = {**_DEFAULTS, **values}
    if isinstance(values["target"], str):
        values["target"] = [values["target"]]
    return Table(values, label("threat", values.get("SID"), index), complaints)


def _numbers(pattern: re.Pattern[str], references: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for number in pattern.findall(references)))
