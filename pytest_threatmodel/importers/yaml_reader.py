"""YAML as data: plain types only, aliases counted, keys unique; needs the extra `[yaml]`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Final

from pytest_threatmodel.importers import read
from pytest_threatmodel.importers.fault import ImportFault
from pytest_threatmodel.model.errors import shown

if TYPE_CHECKING:
    from yaml import SafeLoader

#: Where PyYAML lacks its C part, this takes half a minute.
MOST_BYTES: Final = 4 * 1024 * 1024
_MISSING = 'is YAML, which needs PyYAML; install it with: pip install "pytest-threatmodel[yaml]"'
_DEEP = f"is nested too deeply, expected at most {read.MOST_DEPTH} levels"
_MANY = f"has too many parts, expected at most {read.MOST_NODES}, those that aliases repeat included"


def read_yaml(file: Path, text: str) -> Any:
    """The document that a YAML text holds.

    Args:
        file: for messages.
        text: one document.

    Raises:
        ImportFault: it is damaged, too large or deep, uses tags for other types, or PyYAML is missing.
    """
    try:
        import yaml
    except ImportError:
        raise ImportFault(file, _MISSING) from None
    read.check_size(file, len(text), MOST_BYTES)
    try:
        _measure(file, text)
        return yaml.load(text, _loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(filter(None, (error.context, error.problem)))
        raise ImportFault(file, f"is damaged, or no YAML: {problem}", where=_where(mark)) from None
    except yaml.YAMLError as error:
        raise ImportFault(file, f"is damaged, or no YAML: {' '.join(str(error).split())}") from None
    except (ValueError, LookupError):  # of the constructors of scalars
        raise ImportFault(
            file, "holds a number that is too long, or a value that is not of the type of its tag"
        ) from None


def _where(mark: Any) -> str:
    return "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}"


def _measure(file: Path, text: str) -> None:
    """Hold the limits before anything is built; an alias counts as what it repeats."""
    import yaml

    sizes: dict[str, int] = {}
    total = 0
    open_: list[tuple[str, int]] = []
    event: Any
    for event in yaml.parse(text, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor or "", total))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            sizes[anchor] = total - before
            continue
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in open_):
                problem = f"the alias {shown(event.anchor)} stands inside of what it repeats"
                raise ImportFault(file, problem, where=_where(event.start_mark))
            total += sizes.get(str(event.anchor), 0)
        elif not isinstance(event, yaml.ScalarEvent):
            continue
        total += 1
        if len(open_) > read.MOST_DEPTH:
            raise ImportFault(file, _DEEP, where=_where(event.start_mark))
        if total > read.MOST_NODES:
            raise ImportFault(file, _MANY, where=_where(event.start_mark))


def _loader() -> type[SafeLoader]:
    """PyYAML's safe loader with the scalars of YAML 1.2, and keys that are unique text.

    Its own scalars are those of YAML 1.1, where `no` is False, `1:30` is 90 and a date is no text.
    """
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever there is
        yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
            if not isinstance(node, yaml.MappingNode):
                raise yaml.constructor.ConstructorError(None, None, "expected a mapping", node.start_mark)
            own = [key for key, _ in node.value]
            _unique(own)
            self.flatten_mapping(node)
            # What is merged in comes first, so that the mapping's own keys count.
            return {_key(key): self.construct_object(value, deep=deep) for key, value in node.value}

    for tag, pattern, first in _SCALARS:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    for tag in ("timestamp", "binary", "set", "omap", "pairs"):
        Loader.add_constructor(f"tag:yaml.org,2002:{tag}", Loader.construct_undefined)
    return Loader


_SCALARS = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ("~", "n", "N", "")),
    ("merge", r"^<<$", "<"),
)


def _unique(keys: list[Any]) -> None:
    import yaml

    seen: set[str] = set()
    for key in keys:
        name = _key(key)
        if name in seen and key.tag != "tag:yaml.org,2002:merge":
            problem = f"the key {shown(name)} stands twice in one mapping"
            raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        seen.add(name)


def _key(node: Any) -> str:
    """A key as it is written: `404:` is text too."""
    import yaml

    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "keys must be text", node.start_mark)
    return str(node.value)
