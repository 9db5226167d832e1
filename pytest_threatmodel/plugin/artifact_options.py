"""Options and ini settings of diagrams and reports."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

import pytest

if TYPE_CHECKING:
    from pytest_threatmodel.artifacts.format import Color
    from pytest_threatmodel.artifacts.format import Format
    from pytest_threatmodel.artifacts.format import Group
    from pytest_threatmodel.artifacts.format import Request

#: The destinations of the options, all of which switch threat models on.
OPTIONS: Final = (
    "threatmodel_output",
    "threatmodel_dfd",
    "threatmodel_dfd_color",
    "threatmodel_seq",
    "threatmodel_report",
    "threatmodel_levels",
    "threatmodel_redact",
    "threatmodel_collect_artifacts",
)
DEFAULT_OUTPUT: Final = "threatmodel-artifacts"
_GROUPS: Final[tuple[Group, ...]] = ("dfd", "seq", "report")
_COLORS: Final[tuple[Color, ...]] = ("findings", "none")


def add_options(group: Any) -> None:
    """Declare the options.

    Args:
        group: pytest's group of our options.
    """
    option = group.addoption
    option(
        "--threatmodel-output",
        metavar="DIR",
        help="Folder of diagrams and reports (ini: threatmodel_output; default: threatmodel-artifacts)",
    )
    option(
        "--threatmodel-dfd",
        action="append",
        metavar="FORMATS",
        help="Write data-flow diagrams: svg, png, pdf, dot, separated by commas (ini: threatmodel_dfd; default: none)",
    )
    option(
        "--threatmodel-dfd-color",
        choices=_COLORS,
        help="What the colours of data-flow diagrams say (ini: threatmodel_dfd_color; default: findings)",
    )
    option(
        "--threatmodel-seq",
        action="append",
        metavar="FORMATS",
        help="Write sequence diagrams: svg, png, puml, mmd, separated by commas (ini: threatmodel_seq; default: none)",
    )
    option(
        "--threatmodel-report",
        action="append",
        metavar="FORMATS",
        help="Write reports: html, md, summary, json, sarif, csv, gitlab, defectdojo, otm, audit, matrix, decisions, "
        "or templates of your own (names with a dot or slash), separated by commas "
        "(ini: threatmodel_report; default: none)",
    )
    option(
        "--threatmodel-levels",
        metavar="LEVELS",
        help="Draw elements of these levels only, numbers separated by commas (ini: threatmodel_levels; default: all)",
    )
    option(
        "--threatmodel-redact",
        action="store_true",
        default=None,
        help="Reports leave counts only, as for a public comment (ini: threatmodel_redact; default: off)",
    )
    option(
        "--threatmodel-collect-artifacts",
        action="store_true",
        default=None,
        help="Write diagrams and reports under --collect-only too (ini: threatmodel_collect_artifacts; default: off)",
    )


def add_ini(parser: pytest.Parser) -> None:
    """Declare the ini settings."""
    add = parser.addini
    add("threatmodel_output", "As --threatmodel-output, relative to the ini file", default=DEFAULT_OUTPUT)
    add("threatmodel_dfd", "As --threatmodel-dfd, which replaces it", type="args", default=[])
    add("threatmodel_dfd_color", "As --threatmodel-dfd-color", default="findings")
    add("threatmodel_dot", "Program that lays out data-flow diagrams (default: dot, else graphviz-pure)", default="")
    add("threatmodel_plantuml", "Program or .jar that makes PNG of sequence diagrams (default: none)", default="")
    add("threatmodel_seq", "As --threatmodel-seq, which replaces it", type="args", default=[])
    add("threatmodel_report", "As --threatmodel-report, which replaces it", type="args", default=[])
    add("threatmodel_levels", "As --threatmodel-levels", default="")
    add("threatmodel_redact", "As --threatmodel-redact", type="bool", default=False)
    add("threatmodel_collect_artifacts", "As --threatmodel-collect-artifacts", type="bool", default=False)


@dataclass(frozen=True, slots=True)
class ArtifactSettings:
    """What is to be written, and how.

    Args:
        formats: that were asked for; empty for none.
        folder: where they go.
        request: how they are made.
        when_collecting: write them under `--collect-only` too.
    """

    formats: tuple[Format, ...]
    folder: Path
    request: Request
    when_collecting: bool


def asks(config: pytest.Config) -> bool:
    """Whether options or ini file say anything about artifacts; costs nothing where they do not."""
    given = any(config.getoption(name) is not None for name in OPTIONS)
    return given or any(_ini(config, f"threatmodel_{group}") for group in _GROUPS)


def read(config: pytest.Config) -> ArtifactSettings:
    """What options and ini file ask for.

    Raises:
        pytest.UsageError: something that does not exist is asked for.
    """
    from pytest_threatmodel.artifacts.format import Request

    wanted = {group: _wanted(config, group) for group in _GROUPS}
    redact = _flag(config, "threatmodel_redact")
    request = Request(
        levels=_levels(config),
        redact=redact,
        color=_color(config),
        dot=_program(config, "threatmodel_dot"),
        plantuml=_program(config, "threatmodel_plantuml"),
    )
    formats = tuple(_formats(config, wanted, redact)) if any(wanted.values()) else ()
    return ArtifactSettings(formats, _folder(config), request, _flag(config, "threatmodel_collect_artifacts"))


def _ini(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as error:
        raise pytest.UsageError(f"ini setting {name}: {error}") from None


def _flag(config: pytest.Config, name: str) -> bool:
    return bool(config.getoption(name) or _ini(config, name))


def _ini_folder(config: pytest.Config) -> Path:
    return config.inipath.parent if config.inipath is not None else config.rootpath


def _wanted(config: pytest.Config, group: Group) -> list[str]:
    """The names that were asked for."""
    given = config.getoption(f"threatmodel_{group}")
    return _split(_ini(config, f"threatmodel_{group}") if given is None else given)


def _split(values: Iterable[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _source(config: pytest.Config, name: str) -> str:
    """How messages name a setting: the option where it was given, else the ini setting."""
    if config.getoption(name) is not None:
        return f"--{name.replace('_', '-')}"
    return f"ini setting {name}"


def _formats(config: pytest.Config, wanted: dict[Group, list[str]], redact: bool) -> Iterator[Format]:
    from pytest_threatmodel.artifacts import formats

    try:
        offered = [
            each
            for answer in config.hook.pytest_threatmodel_formats(config=config)
            for each in formats.checked(answer, "hook pytest_threatmodel_formats")
        ]
        known = formats.without_twins(offered)
    except formats.FormatError as error:
        raise pytest.UsageError(f"threat model formats: {error}") from None
    for group, names in wanted.items():
        try:
            chosen = _chosen(config, known, group, names)
        except formats.FormatError as error:
            raise pytest.UsageError(f"{_source(config, f'threatmodel_{group}')}: {error}") from None
        if redact:
            _refuse_named(chosen, known)
        yield from chosen


def _chosen(config: pytest.Config, known: list[Format], group: Group, names: list[str]) -> list[Format]:
    """The formats of these names; reports may be templates."""
    from pytest_threatmodel.artifacts import formats

    ours = {each.name for each in known if each.group == group}
    paths = [name for name in names if group == "report" and name not in ours and formats.is_template(name)]
    folder = _ini_folder(config) if config.getoption("threatmodel_report") is None else config.invocation_params.dir
    # Only the controller writes; a worker may be where the template is not.
    here = not hasattr(config, "workerinput")
    made = {name: formats.template(folder / name, must_exist=here) for name in paths}
    templates = list({each.name: each for each in made.values()}.values())
    formats.without_twins([*known, *templates])
    asked = [made[name].name if name in made else name for name in names]
    return formats.choose([*known, *templates], group, asked)


def _refuse_named(chosen: Iterable[Format], known: Iterable[Format]) -> None:
    can = ", ".join(each.name for each in known if each.redacts)
    for each in chosen:
        if not each.redacts:
            raise pytest.UsageError(
                f"--threatmodel-redact: {each.title} ({each.name}) cannot leave counts only, expected {can}"
            )


def _folder(config: pytest.Config) -> Path:
    given: str | None = config.getoption("threatmodel_output")
    if given is not None:
        name, base = given, config.invocation_params.dir
    else:
        name, base = str(_ini(config, "threatmodel_output")), _ini_folder(config)
    if not name.strip():
        raise pytest.UsageError(f"{_source(config, 'threatmodel_output')}: expected a folder")
    folder = base / name
    if folder.exists() and not folder.is_dir():
        raise pytest.UsageError(f"{_source(config, 'threatmodel_output')}: {folder} is no folder")
    return folder


def _program(config: pytest.Config, setting: str) -> str:
    """A program as it is written, but for a file relative to the ini file."""
    text = str(_ini(config, setting)).strip()
    beside = _ini_folder(config) / text
    # A name alone is looked up as every command is.
    is_path = "/" in text or "\\" in text or text.lower().endswith(".jar")
    return str(beside) if is_path and beside.is_file() else text


def _color(config: pytest.Config) -> Color:
    given = config.getoption("threatmodel_dfd_color")
    text = str(_ini(config, "threatmodel_dfd_color")) if given is None else given
    for color in _COLORS:
        if text == color:
            return color
    raise pytest.UsageError(f"ini setting threatmodel_dfd_color: {text!r}, expected {' or '.join(_COLORS)}")


def _levels(config: pytest.Config) -> frozenset[int] | None:
    given = config.getoption("threatmodel_levels")
    text = str(_ini(config, "threatmodel_levels")) if given is None else str(given)
    words = text.replace(",", " ").split()
    if not words and given is None:
        return None
    try:
        levels = frozenset(int(word) for word in words)
    except ValueError:
        levels = frozenset()
    if not levels:
        raise pytest.UsageError(
            f"{_source(config, 'threatmodel_levels')}: {text!r}, expected whole numbers separated by commas"
        )
    return levels
