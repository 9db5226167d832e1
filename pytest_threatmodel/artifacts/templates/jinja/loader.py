"""Where templates take others from: the folder that they are in, and nothing beside or above it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import BaseLoader
from jinja2 import Environment
from jinja2 import TemplateNotFound

from pytest_threatmodel.artifacts.format import ArtifactError
from pytest_threatmodel.artifacts.templates.source import Source
from pytest_threatmodel.artifacts.templates.source import read_source
from pytest_threatmodel.model.fields import did_you_mean

_REFUSED: Final = ("", ".", "..")


class FolderLoader(BaseLoader):
    """Loads the template itself, and what it includes, extends and imports.

    Args:
        source: the template.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._folder = source.path.parent

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        """The text of a template, and its name for error messages."""
        if template == self._source.path.name:
            return self._source.text, template, None
        path = self._path(template)
        try:
            return read_source(path).text, template, None
        except ArtifactError as error:
            raise TemplateNotFound(template, self._missing(path, str(error))) from None

    def _path(self, name: str) -> Path:
        parts = name.split("/")
        if any(part in _REFUSED or "\\" in part or ":" in part or "\0" in part for part in parts):
            raise TemplateNotFound(name, f"{name!r}: templates are taken from their own folder only")
        path = self._folder
        for part in parts:
            path = path / part
            if path.is_symlink():
                raise TemplateNotFound(name, f"{name!r}: templates are not taken through symbolic links")
        return path

    def _missing(self, path: Path, why: str) -> str:
        if path.exists() or not path.parent.is_dir():
            return why
        hint = did_you_mean(path.name, sorted(each.name for each in path.parent.iterdir()))
        return why if hint is None else f"{why}; {hint}"
