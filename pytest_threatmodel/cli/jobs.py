"""What each option prints, planned before anything is printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pytest_threatmodel.artifacts import formats
from pytest_threatmodel.artifacts.format import Format
from pytest_threatmodel.artifacts.format import Group
from pytest_threatmodel.artifacts.format import Request
from pytest_threatmodel.artifacts.write import told
from pytest_threatmodel.artifacts.write import write_file
from pytest_threatmodel.cli.arguments import Arguments
from pytest_threatmodel.cli.errors import FAULT
from pytest_threatmodel.cli.errors import ScriptError
from pytest_threatmodel.cli.output import print_content
from pytest_threatmodel.cli.output import print_lines
from pytest_threatmodel.cli.script import Script
from pytest_threatmodel.cli.stale import stale_lines
from pytest_threatmodel.decisions.decision import is_pattern
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.listing import described
from pytest_threatmodel.library.listing import kinds_lines
from pytest_threatmodel.library.listing import library_lines
from pytest_threatmodel.model.fields import did_you_mean

Job = Callable[[], None]


class Jobs:
    """The jobs of one call, in their order.

    Args:
        script: whose model it is.
        arguments: what is asked for.
        warn: takes a line for people.
    """

    def __init__(self, script: Script, arguments: Arguments, warn: Callable[[str], None]) -> None:
        self._script = script
        self._arguments = arguments
        self._request = Request(
            levels=arguments.levels,
            color="findings" if arguments.colormap else "none",
            warn=warn,
        )

    def plan(self) -> list[Job]:
        """The jobs that are asked for.

        Raises:
            ScriptError: something that does not exist is asked for.
            LibraryError: a threat file cannot be used.
        """
        self._check_exclusions()
        return [*self._diagrams(), *self._json(), *self._reports(), *self._lists()]

    def _check_exclusions(self) -> None:
        for name in self._arguments.exclude:
            if not is_pattern(name) and name not in self._script.library:
                hint = did_you_mean(name, (threat.id for threat in self._script.library.threats))
                text = f"--exclude: unknown threat {name!r}"
                raise ScriptError(text if hint is None else f"{text}; {hint}")

    def _diagrams(self) -> Iterator[Job]:
        if self._arguments.seq:
            yield partial(self._print, self._format("--seq", "seq", "puml"))
        if self._arguments.dfd:
            yield partial(self._print, self._format("--dfd", "dfd", "dot"))

    def _json(self) -> Iterator[Job]:
        target = self._arguments.json
        if target is None:
            return
        form = self._format("--json", "report", "json")
        if target == "-":
            yield partial(self._print, form)
            return
        path = Path(target)
        if not target.strip() or path.is_dir():
            raise ScriptError(f"--json: {target!r} is no file")
        yield lambda: _write(path, self._render(form))

    def _reports(self) -> Iterator[Job]:
        for value in self._arguments.reports:
            if formats.is_template(value) or (os.path.isfile(value) and value not in self._report_names()):
                yield partial(self._print, self._template(value))
            else:
                names = [name.strip() for name in value.split(",") if name.strip()]
                for name in names or [value]:
                    yield partial(self._print, self._format("--report", "report", name))

    def _report_names(self) -> list[str]:
        return [each.name for each in formats.available() if each.group == "report"]

    def _template(self, value: str) -> Format:
        try:
            return formats.template(Path(value))
        except formats.FormatError as error:
            format_name = os.path.splitext(value)[1][1:]
            if "did you mean" in str(error) or format_name not in self._report_names():
                raise ScriptError(f"--report: {error}") from None
            raise ScriptError(f"--report: {error}; the format is asked for by --report {format_name}") from None

    def _lists(self) -> Iterator[Job]:
        for name in self._arguments.describe:
            library = self._script.library
            try:
                yield partial(print_lines, described(library, name))
            except LibraryError as error:
                raise ScriptError(f"--describe: {error}") from None
        if self._arguments.list_elements:
            yield lambda: print_lines(kinds_lines(self._script.library))
        if self._arguments.list:
            yield lambda: print_lines(library_lines(self._script.library))
        days = self._arguments.stale_days
        if days is not None:
            yield lambda: print_lines(stale_lines(self._script, days))

    def _format(self, option: str, group: Group, name: str) -> Format:
        try:
            return formats.choose(formats.available(), group, [name])[0]
        except formats.FormatError as error:
            raise ScriptError(f"{option}: {error}") from None

    def _render(self, form: Format) -> str | bytes:
        snapshot = self._script.snapshot(explained=form.explained)
        try:
            return form.render(snapshot, self._request)
        except Exception as error:  # other people's formats and templates
            raise ScriptError(f"{form.title}: {told(error)}", FAULT) from error

    def _print(self, form: Format) -> None:
        print_content(self._render(form))


def _write(path: Path, content: str | bytes) -> None:
    """Write a file whole; into a pipe or device as it comes."""
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            # What a link leads to is replaced, not the link.
            real = Path(os.path.realpath(path))
            write_file(real.parent, real.name, data)
    except (OSError, ValueError) as error:
        raise ScriptError(f"--json: cannot write {str(path)!r}: {getattr(error, 'strerror', error)}") from None
