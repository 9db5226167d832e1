"""The condition language of threats: parse, resolve against a vocabulary, compile."""

from pytest_threatmodel.library.condition.compile import Clause
from pytest_threatmodel.library.condition.compile import Compiled
from pytest_threatmodel.library.condition.compile import clauses
from pytest_threatmodel.library.condition.compile import compile_condition
from pytest_threatmodel.library.condition.missing import MISSING
from pytest_threatmodel.library.condition.missing import UNSTATED
from pytest_threatmodel.library.condition.normal import digest
from pytest_threatmodel.library.condition.normal import normal_form
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.parse import parse
from pytest_threatmodel.library.condition.resolve import Condition
from pytest_threatmodel.library.condition.resolve import resolve

__all__ = [
    "MISSING",
    "UNSTATED",
    "Clause",
    "Compiled",
    "Condition",
    "ConditionError",
    "clauses",
    "compile_condition",
    "digest",
    "normal_form",
    "parse",
    "resolve",
]
