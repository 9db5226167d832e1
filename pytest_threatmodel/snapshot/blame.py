"""Who changed a decision last: the commit and day that git names for its lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import Final

from pytest_threatmodel.snapshot.run import git
from pytest_threatmodel.snapshot.shape import DecisionShape

#: What `DecisionShape.decided` says of lines that are in no commit yet.
UNCOMMITTED: Final = "uncommitted"
_LINE: Final = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")
#: The functions that state a decision; other calls have to name one of its threats.
_VERBS: Final = ("accept", "exclude", "Assumption")

_Span = tuple[int, int]
#: Line -> the calls that begin on it, each with the source of its lines.
_Calls = dict[int, list[tuple[ast.Call, str]]]


@dataclass
class _Commit:
    """What git tells about a commit that a line comes from.

    Args:
        id: empty for lines that are not committed.
        time: of its author, seconds since 1970.
        is_cut: older history is missing, so that the line may be of any commit before it.
    """

    id: str
    time: int = 0
    is_cut: bool = False


def date_decisions(decisions: Iterable[DecisionShape], root: Path) -> None:
    """Put commit and day on decisions, as far as git knows them; one `git blame` for each file.

    A call over several lines counts as changed when any of its lines was: a later `until` is a new decision. In a clone
    without history every older line seems to come from the first commit that is left; that is told as not known.

    Args:
        decisions: of a snapshot, whose files are relative to the root.
        root: of the run.
    """
    files: dict[str, list[DecisionShape]] = {}
    for decision in decisions:
        files.setdefault(decision["file"], []).append(decision)
    for file, written in files.items():
        _date_file(Path(root, file), written)


def _date_file(path: Path, decisions: list[DecisionShape]) -> None:
    calls = _calls(path, {decision["line"] for decision in decisions})
    spans = [_span(decision, calls) for decision in decisions]
    lines = _blamed(path, [span for span in spans if span is not None])
    for decision, span in zip(decisions, spans, strict=True):
        commits = [lines[line] for line in range(span[0], span[1] + 1) if line in lines] if span else []
        if commits:
            decision["commit"], decision["decided"] = _latest(commits)


def _latest(commits: list[_Commit]) -> tuple[str, str]:
    if any(not commit.id for commit in commits):
        return "", UNCOMMITTED
    newest = max(commits, key=lambda commit: commit.time)
    if newest.is_cut:
        return "", ""
    try:
        return newest.id, datetime.fromtimestamp(newest.time, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a repository can hold any number
        return newest.id, ""


def _calls(path: Path, lines: set[int]) -> _Calls | None:
    """The calls that begin on these lines of a Python file; None for other files."""
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
    rows = source.split("\n")
    found: _Calls = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno in lines:
            text = "\n".join(rows[node.lineno - 1 : node.end_lineno])
            found.setdefault(node.lineno, []).append((node, text))
    return found


def _span(decision: DecisionShape, calls: _Calls | None) -> _Span | None:
    """The lines on which a decision is written; None where only the file or the element is known, as of plain marks."""
    line = decision["line"]
    if calls is None:
        return line, line
    fitting = [call for call, text in calls.get(line, ()) if _states(call, text, decision["threats"])]
    ends = [call.end_lineno or line for call in fitting]
    return (line, min(ends)) if ends else None


def _states(call: ast.Call, text: str, threats: list[str]) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name in _VERBS or any(threat in text for threat in threats)


def _blamed(path: Path, spans: list[_Span]) -> dict[int, _Commit]:
    """The commit of each line in the spans; empty where git does not say."""
    if not spans:
        return {}
    ranges = [f"-L{first},{last}" for first, last in spans]
    command = ("-c", "blame.showRoot=false", "blame", "--porcelain", *ranges, "--", path.name)
    told = git(path.parent, *command)
    if told:
        is_shallow = "\nboundary\n" in told and _is(path.parent, "--is-shallow-repository")
        return dict(_read(told, is_shallow=is_shallow))
    if not _is(path.parent, "--is-inside-work-tree") or git(path.parent, "ls-files", "--", path.name):
        return {}
    new = _Commit("")
    return {line: new for first, last in spans for line in range(first, last + 1)}


def _is(folder: Path, question: str) -> bool:
    return git(folder, "rev-parse", question) == "true"


def _read(told: str, *, is_shallow: bool) -> Iterator[tuple[int, _Commit]]:
    """The lines of git's porcelain format (https://git-scm.com/docs/git-blame#_the_porcelain_format)."""
    commits: dict[str, _Commit] = {}
    commit = _Commit("")
    for line in told.split("\n"):
        if begins := _LINE.fullmatch(line):
            name = begins[1]
            commit = commits.setdefault(name, _Commit(name if name.strip("0") else ""))
            yield int(begins[2]), commit
        elif line.startswith("author-time "):
            commit.time = int(line.removeprefix("author-time "))
        elif line == "boundary":
            commit.is_cut = is_shallow
