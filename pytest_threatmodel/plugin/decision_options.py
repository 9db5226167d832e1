"""Options and ini settings of decisions: the day by which they are judged, and how they are reviewed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.decisions.checks import Checks
    from pytest_threatmodel.decisions.gate import Gate
    from pytest_threatmodel.decisions.ground import Ground

#: The destinations of the options, all of which switch threat models on.
OPTIONS: Final = ("threatmodel_today",)
#: Under which the controller of xdist sends its day.
TODAY: Final = "threatmodel_today"


def add_options(group: Any) -> None:
    """Declare the options.

    Args:
        group: pytest's group of our options.
    """
    group.addoption(
        "--threatmodel-today",
        metavar="DATE",
        help="The day by which decisions are judged, YYYY-MM-DD, for trying out what will expire "
        "(default: today in UTC)",
    )


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini settings."""
    add = parser.addini
    add(
        "threatmodel_decision_checks",
        "What decisions do that do not pass a check, lines such as 'ownerless = fail': stale, orphaned, overbroad, "
        "expired, ownerless, too-long; fail, notice, off",
        type="linelist",
        default=[],
    )
    add("threatmodel_expiry_notice", "Decisions that end within so many days are told (default: 30)", default="")
    add("threatmodel_widest_decision", "So many pairs a pattern may reach (default: 50)", default="")
    add(
        "threatmodel_condition_grace",
        "Days after the release of a pack until decisions on a changed condition fail (default: 30)",
        default="",
    )
    add(
        "threatmodel_new_rules_grace",
        "Days after the release of a new threat until its undecided findings fail, 0 for none (default: 30)",
        default="",
    )
    add("threatmodel_longest_decision", "So many days a decision may hold (default: 365)", default="")


def read(config: pytest.Config, gate: Gate) -> Ground:
    """By what decisions are judged in this run.

    Args:
        config: of the run.
        gate: which findings fail.

    Raises:
        pytest.UsageError: something in options or ini file is wrong.
    """
    from pytest_threatmodel.decisions.ground import CONDITION_GRACE
    from pytest_threatmodel.decisions.ground import NEW_RULES_GRACE
    from pytest_threatmodel.decisions.ground import Ground

    given = _given(config)
    # Midnight may come between the start of the controller and that of a worker.
    sent: str | None = getattr(config, "workerinput", {}).get(TODAY)
    today = given or (date.fromisoformat(sent) if sent else datetime.now(UTC).date())
    grace = _number(config, "threatmodel_condition_grace", "days", CONDITION_GRACE)
    return Ground(
        today,
        gate,
        checks=_checks(config),
        today_given=given is not None,
        condition_grace=grace,
        new_rules_grace=_number(config, "threatmodel_new_rules_grace", "days", NEW_RULES_GRACE),
    )


def _given(config: pytest.Config) -> date | None:
    text: str | None = config.getoption("threatmodel_today")
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise pytest.UsageError(f"--threatmodel-today: {text!r} is no date, expected YYYY-MM-DD")


def _checks(config: pytest.Config) -> Checks:
    from pytest_threatmodel.decisions.checks import Checks
    from pytest_threatmodel.decisions.checks import read_actions
    from pytest_threatmodel.decisions.decision import DecisionError

    try:
        actions = read_actions(_lines(config, "threatmodel_decision_checks"))
    except DecisionError as error:
        raise pytest.UsageError(f"ini setting threatmodel_decision_checks: {error}") from None
    default = Checks()
    return Checks(
        actions,
        widest=_number(config, "threatmodel_widest_decision", "pairs", default.widest),
        longest=_number(config, "threatmodel_longest_decision", "days", default.longest),
        notice=_number(config, "threatmodel_expiry_notice", "days", default.notice),
    )


def _lines(config: pytest.Config, name: str) -> Sequence[str]:
    lines: Sequence[str] = _ini(config, name)
    return lines


def _number(config: pytest.Config, name: str, unit: str, default: int) -> int:
    text = str(_ini(config, name)).strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise pytest.UsageError(f"ini setting {name}: {text!r}, expected a whole number of {unit}")
    return int(text)


def _ini(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini setting {name}: {error}") from None
