"""pytm's TM: the model of a file, and what stands on the class for all to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pytest_threatmodel.compat.hints import hint
from pytest_threatmodel.compat.library import base_library
from pytest_threatmodel.compat.render import dfd
from pytest_threatmodel.compat.render import report
from pytest_threatmodel.compat.render import seq
from pytest_threatmodel.compat.resolve import resolve
from pytest_threatmodel.compat.threat import Threat
from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.errors import UnknownAttribute
from pytest_threatmodel.model.kinds import Actor
from pytest_threatmodel.model.kinds import Asset
from pytest_threatmodel.model.kinds import Boundary
from pytest_threatmodel.model.kinds import Data
from pytest_threatmodel.model.kinds import Dataflow
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.notes import NoteList
from pytest_threatmodel.model.origin import caller
from pytest_threatmodel.tm import TM

if TYPE_CHECKING:
    from pytest_threatmodel.compat.finding import Finding
    from pytest_threatmodel.compat.pytm_file import PytmFile
    from pytest_threatmodel.model.element import Element


def _made(name: str, kind: type[Element] | None) -> Any:
    """The elements of a kind as created; a new list each time, as elements join by themselves."""

    def get(cls: Any) -> list[Any]:
        elements = [each for each in cls.pytm.load.elements if not isinstance(each, Data)]
        return elements if kind is None else [each for each in elements if isinstance(each, kind)]

    # Scripts empty these lists and append their elements again.
    def refuse(cls: Any, elements: Any) -> None:
        cls.pytm.note("TM", name, "what is assigned counts for nothing: elements join the model by themselves")

    return property(get, refuse)


def _get_data(cls: Any) -> list[Data]:
    return [each for each in cls.pytm.load.elements if isinstance(each, Data)]


def _set_data(cls: Any, data: Any) -> None:
    cls.pytm.note("TM", "_data", "what is assigned counts for nothing: data joins the model by itself")


def _get_threats(cls: Any) -> list[Threat]:
    file: PytmFile = cls.pytm
    if file.threats is None:
        file.threats = [Threat.of(threat) for threat in base_library(file).threats]
    return file.threats


def _set_threats(cls: Any, threats: Iterable[Threat]) -> None:
    cls.pytm.threats = list(threats)


def _get_excluded(cls: Any) -> list[str]:
    file: PytmFile = cls.pytm
    return file.threats_excluded


def _set_excluded(cls: Any, ids: Iterable[str]) -> None:
    cls.pytm.threats_excluded = list(ids)


class _OnTheClass(type):
    """Makes `TM._elements` and the like what the load holds; on models the same names do the same."""

    pytm: PytmFile

    _elements = _made("_elements", None)
    _flows = _made("_flows", Dataflow)
    _assets = _made("_assets", Asset)
    _actors = _made("_actors", Actor)
    _boundaries = _made("_boundaries", Boundary)
    _data = property(_get_data, _set_data)
    _threats = property(_get_threats, _set_threats)
    _threatsExcluded = property(_get_excluded, _set_excluded)


class _Assumptions(NoteList[Assumption]):
    """Assumptions, as which texts count too."""

    def __get__(self, node: Any, owner: Any) -> Any:
        if node is None:
            return self
        notes = super().__get__(node, owner)
        notes[:] = map(_assumption, notes)
        return notes

    def __set__(self, node: Any, value: Any) -> None:
        several = isinstance(value, list | tuple | set | frozenset)
        super().__set__(node, [_assumption(each) for each in (value if several else [value])])


def _assumption(note: Any) -> Any:
    return Assumption(note) if isinstance(note, str) else note


class PytmTM(TM, metaclass=_OnTheClass):
    """A threat model, with the methods that scripts call on pytm's."""

    #: What the file states beside the model. Each load has a class of its own.
    pytm: ClassVar[PytmFile]
    assumptions = _Assumptions(Assumption)

    _elements = _made("_elements", None)
    _flows = _made("_flows", Dataflow)
    _assets = _made("_assets", Asset)
    _actors = _made("_actors", Actor)
    _boundaries = _made("_boundaries", Boundary)
    _data = property(_get_data, _set_data)
    _threats = property(_get_threats, _set_threats)
    _threatsExcluded = property(_get_excluded, _set_excluded)

    def __init__(self, name: str, description: str = "", **values: Any) -> None:
        object.__setattr__(self, "_file", caller().file)
        super().__init__(name, **({"description": description} if description else {}) | values)
        _keep_own(self.load.models, self.load.file)

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take any attribute for granted.
        def __getattr__(self, name: str) -> Any:
            text = f"{self.describe()} has no attribute {name!r}"
            raise UnknownAttribute(text, place=caller(), hint=lambda: _did_you_mean(self, name))

    @classmethod
    def reset(cls) -> None:
        """Forget every element and model of the file, and its threats."""
        load = cls.pytm.load
        cls.pytm.dropped += [f"{caller()}: TM.reset() drops {model.describe()}" for model in load.models]
        load.elements.clear()
        load.models.clear()
        cls.pytm.threats = None
        cls.pytm.threats_excluded = []

    @property
    def findings(self) -> list[Finding]:
        """What `resolve` found."""
        return self.pytm.findings

    @findings.setter
    def findings(self, findings: Iterable[Finding]) -> None:
        self.pytm.findings = list(findings)

    @property
    def excluded_findings(self) -> list[Finding]:
        """What `resolve` found and an assumption leaves out."""
        return self.pytm.excluded_findings

    @excluded_findings.setter
    def excluded_findings(self, findings: Iterable[Finding]) -> None:
        self.pytm.excluded_findings = list(findings)

    def resolve(self) -> None:
        """Evaluate the model as it is now, and fill `findings`."""
        resolve(self, self.pytm)

    def dfd(self, **options: Any) -> str:
        """The data-flow diagram, in Graphviz's language."""
        return dfd(self, self.pytm, options.get("levels"))

    def seq(self) -> str:
        """The sequence diagram, in PlantUML's language."""
        return seq(self, self.pytm)

    def report(self, template_path: str) -> str:
        """What a template makes of the model."""
        return report(self, self.pytm, template_path)

    def sqlDump(self, filename: str) -> None:
        """Not here.

        Raises:
            ModelError: in any case.
        """
        raise ModelError("sqlDump() is not here", place=caller(), hint="use --threatmodel-report=json")


def _did_you_mean(model: PytmTM, name: str) -> str | None:
    near = hint(model, name)
    return None if near is None else f"did you mean {near!r}?"


def _keep_own(models: list[Any], file: str) -> None:
    """Where an imported module makes a model of its own, as files that run by themselves do, the file's own counts."""
    own = [model for model in models if model._file == file]
    if own:
        models[:] = own


def model_class(pytm: PytmFile) -> type[PytmTM]:
    """The TM of one load."""
    # Named so in each: messages say "TM".
    make: Any = _OnTheClass
    made: type[PytmTM] = make("TM", (PytmTM,), {"pytm": pytm, "__module__": __name__, "__doc__": PytmTM.__doc__})
    return made
