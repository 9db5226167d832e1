"""What other distributions offer by entry points."""

from __future__ import annotations

from collections.abc import Iterator


def offered(group: str, own: type[Exception], *arguments: object) -> Iterator[tuple[str, object]]:
    """What the functions of a group of entry points give, one after the other, in the order of their names.

    Args:
        group: of entry points, each of which names a function.
        own: the error for people that the functions may raise, and that stands for every other.
        arguments: of the functions.

    Yields:
        Where it comes from, for messages, and what was given.
    """
    # Late: it costs a script as much as a model.
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=group), key=lambda point: (point.name, point.value)):
        where = f"entry point {point.name!r}"
        try:
            given = point.load()(*arguments)
        except own:
            raise
        except Exception as error:  # other people's code
            raise own(f"{where}: {type(error).__name__}: {error}") from error
        yield where, given
