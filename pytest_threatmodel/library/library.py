"""The library: packs selected and put together, with unique ids and conditions that are checked."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from pytest_threatmodel.library.compiled import compiled_packs
from pytest_threatmodel.library.condition.parse import ConditionError
from pytest_threatmodel.library.condition.reach import can_be_true
from pytest_threatmodel.library.condition.reach import undeclared_reads
from pytest_threatmodel.library.condition.resolve import Condition
from pytest_threatmodel.library.condition.resolve import resolve
from pytest_threatmodel.library.declared import targetable
from pytest_threatmodel.library.declared import united
from pytest_threatmodel.library.entry import condition_hint
from pytest_threatmodel.library.entry import parsed
from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.errors import PackError
from pytest_threatmodel.library.errors import Problem
from pytest_threatmodel.library.errors import guess
from pytest_threatmodel.library.errors import shown
from pytest_threatmodel.library.extend import extended
from pytest_threatmodel.library.files import expanded
from pytest_threatmodel.library.files import shipped_files
from pytest_threatmodel.library.pack import read_pack
from pytest_threatmodel.library.pytm_json import read_pytm_json
from pytest_threatmodel.library.releases import arrival
from pytest_threatmodel.library.releases import day_of
from pytest_threatmodel.library.releases import known_version
from pytest_threatmodel.library.releases import numbers
from pytest_threatmodel.library.releases import shipped_releases
from pytest_threatmodel.library.threat import Adjust
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.library.threat import Threat
from pytest_threatmodel.library.threat import is_threat_id
from pytest_threatmodel.model.vocabulary import Vocabulary
from pytest_threatmodel.model.vocabulary import standard_vocabulary


class Library:
    """All threats that count, in order.

    The conditions are bound to the vocabulary when they are first asked for; `resolve` checks all of them.

    Args:
        packs: in the order in which their threats stand.
        vocabulary: the kinds and fields that there are besides those that the packs declare; the standard
            ones by default. With a model's own kinds in it, conditions may read the fields of those.
        checked: names of packs whose conditions are known to be right in this vocabulary.
        settled: names of packs whose threats are never new, as somebody chose their version.
        later: how many threats are left out because they are later than that version.

    Raises:
        LibraryError: two threats have one id, or two packs declare one field differently.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        vocabulary: Vocabulary | None = None,
        checked: Container[str] = (),
        settled: Container[str] = (),
        later: int = 0,
    ) -> None:
        self.packs = tuple(packs)
        self._checked = checked
        self._settled = settled
        self.later = later
        self.threats = tuple(threat for pack in self.packs for threat in pack.threats)
        self.fields = united(self.packs)
        self._base = vocabulary or standard_vocabulary()
        self.vocabulary = self._base.extended(self.fields)
        self._by_id = _by_id(self.threats)
        self._pack_of = {threat.id: pack for pack in self.packs for threat in pack.threats}
        self._check()
        self._conditions: dict[tuple[str, str], Condition] = {}

    def __len__(self) -> int:
        return len(self.threats)

    def __iter__(self) -> Iterator[Threat]:
        return iter(self.threats)

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __getitem__(self, id: str) -> Threat:
        """The threat with that id.

        Raises:
            LibraryError: there is none; the nearest id is in the hint.
        """
        if id not in self._by_id:
            raise LibraryError(f"unknown threat {shown(id)}", id, (), guess(id, self._by_id))
        return self._by_id[id]

    def condition(self, id: str) -> Condition:
        """When the threat with that id applies, bound to the vocabulary.

        Raises:
            LibraryError: there is no such threat.
            PackError: the condition reads what is in no vocabulary.
        """
        threat = self[id]
        return self._bound(threat, threat.condition, "condition")

    def adjustments(self, id: str) -> tuple[tuple[Condition, Adjust], ...]:
        """What changes the severity of the threat with that id, each with its bound condition.

        Raises:
            LibraryError: there is no such threat.
            PackError: one of the conditions reads what is in no vocabulary.
        """
        threat = self[id]
        return tuple(
            (self._bound(threat, adjust.when, f"adjust[{index}], when"), adjust)
            for index, adjust in enumerate(threat.adjust)
        )

    def released(self, threat: Threat) -> date | None:
        """The day on which the version of the threat's pack was published, where that is known."""
        pack = self._pack_of.get(threat.id)
        return None if pack is None else day_of(pack.version, pack.releases)

    def arrived(self, threat: Threat) -> date | None:
        """The day on which the threat joined its pack; None where it was there from the first, or is settled."""
        pack = self._pack_of.get(threat.id)
        return None if pack is None or pack.name in self._settled else arrival(threat, pack.releases)

    @cached_property
    def replaced(self) -> Mapping[str, tuple[str, ...]]:
        """Id that no threat has any more -> the ids of those that stand for it now."""
        found: dict[str, tuple[str, ...]] = {}
        for threat in self.threats:
            for old in threat.replaces:
                if old not in self._by_id:
                    found[old] = (*found.get(old, ()), threat.id)
        return found

    def resolve(self) -> Library:
        """The library itself, once every condition in it is bound, or is known to be right.

        Raises:
            PackError: for the first pack with conditions that can not be bound, with all of those.
        """
        for pack in self.packs:
            right = pack.name in self._checked
            threats = [threat for threat in pack.threats if threat.overridden or not right]
            errors = [error for threat in threats for error in self._unbound(threat)]
            if errors:
                # What an override changed stands in another file than the rest.
                file = errors[0].file
                raise PackError(file, [error.problems[0] for error in errors if error.file == file])
        return self

    def dead_rules(self) -> tuple[str, ...]:
        """The threats of pytm's files whose condition can never be true, a sentence each."""
        return tuple(
            f"{_file(self._pack_of[id_])}: {id_} can never fire: no kind has {', '.join(undeclared_reads(condition))}"
            for id_, condition in ((threat.id, self.condition(threat.id)) for threat in self.threats if threat.lenient)
            if not can_be_true(condition)
        )

    def bound_to(self, vocabulary: Vocabulary) -> Library:
        """The same packs with the kinds and fields of a model.

        Args:
            vocabulary: the standard one `with_kinds` of the model; the packs' own fields are added here.

        Raises:
            PackError: a condition can not be bound.
        """
        library = self if vocabulary is self._base else Library(self.packs, vocabulary, settled=self._settled)
        return library.resolve()

    def for_kind(self, kind: str) -> tuple[Threat, ...]:
        """The threats that concern elements of a kind, in order."""
        bases = self.vocabulary.kinds[kind].bases
        return tuple(threat for threat in self.threats if not set(bases).isdisjoint(threat.targets))

    def _check(self) -> None:
        """Refuse what only packs can hold that plugins build without reading a file."""
        _refuse_clash(self.packs)
        known = targetable(self.vocabulary)
        for threat in self.threats:
            wrong = [kind for kind in threat.targets if kind not in known]
            if wrong or not threat.targets:
                message = f"unknown kind {shown(wrong[0])}" if wrong else "must name at least one kind"
                problem = Problem(message, f"threat {threat.id}", "targets", threat.line)
                raise PackError(_file(self._pack_of[threat.id]), [problem])

    def _unbound(self, threat: Threat) -> Iterator[PackError]:
        sources = [("condition", threat.condition)]
        sources += [(f"adjust[{index}], when", adjust.when) for index, adjust in enumerate(threat.adjust)]
        for field, source in sources:
            try:
                self._bound(threat, source, field)
            except PackError as error:
                yield error

    def _bound(self, threat: Threat, source: str, field: str) -> Condition:
        key = (threat.id, field)
        if key not in self._conditions:
            try:
                self._conditions[key] = resolve(parsed(source), threat.targets, self.vocabulary, lenient=threat.lenient)
            except ConditionError as error:
                raise self._refused(threat, field, error) from None
        return self._conditions[key]

    def _refused(self, threat: Threat, field: str, error: ConditionError) -> PackError:
        override = threat.override(field.partition("[")[0]) or threat.override("targets")
        file, line = _file(self._pack_of[threat.id]), threat.line
        where = f"threat {threat.id}"
        if override is not None:
            file, line, where = override.file, override.line, f"override {threat.id}"
        problem = Problem(error.message, where, field, line, error.column, condition_hint(error))
        return PackError(file, [problem])


def _file(pack: Pack) -> str:
    return pack.origin or f"pack {pack.name}"


def _by_id(threats: Iterable[Threat]) -> dict[str, Threat]:
    found: dict[str, Threat] = {}
    for threat in threats:
        if not is_threat_id(threat.id):
            message = f"{shown(threat.id)} can not be the id of a threat"
            raise LibraryError(message, threat.id, (threat.origin,))
        earlier = found.setdefault(threat.id, threat)
        if earlier is not threat:
            message = f"threat id {threat.id} stands twice: {earlier.origin} and {threat.origin}"
            hint = "rename one of them, or select other packs (threatmodel_packs)"
            raise LibraryError(message, threat.id, (earlier.origin, threat.origin), hint)
    return found


def load_library(
    select: Sequence[str] | None = None,
    extra: Sequence[Path] = (),
    plugin_packs: Sequence[Pack] = (),
    *,
    vocabulary: Vocabulary | None = None,
    version: str = "",
) -> Library:
    """The library of a run, with every condition checked.

    The order is: `core`, the other shipped packs by name, the packs of plugins as they come, the extra files
    as they are given (those of a folder by name).

    Args:
        select: names of the shipped packs and packs of plugins that count; all of them by default.
        extra: more files of threats, TOML or pytm's JSON, or folders of such files. They always count.
        plugin_packs: packs that other plugins bring.
        vocabulary: the kinds and fields that there are; the standard ones by default.
        version: of the shipped library, whose later threats are left out; empty for all.

    Raises:
        LibraryError: a selected pack does not exist, an extra file does not, the version does not, packs extend what
            they cannot, or ids or fields clash.
        PackError: a pack can not be used.
    """
    shipped = shipped_files()
    own = {pack.name: pack for pack in plugin_packs}
    available = [*shipped, *own]
    _refuse_unknown(select, available)
    wanted = [path for name, path in shipped.items() if select is None or name in select]
    compiled = compiled_packs(wanted) if vocabulary is None else {}
    whole = [compiled.get(path) or read_shipped(path, vocabulary) for path in wanted]
    ours = [_dated(pack, version) for pack in whole]
    later = sum(len(pack.threats) for pack in whole) - sum(len(pack.threats) for pack in ours)
    packs = ours + [pack for name, pack in own.items() if select is None or name in select]
    packs += [read_threats(path, vocabulary=vocabulary) for path in expanded(extra)]
    _refuse_clash(packs)
    checked = {pack.name for pack in compiled.values()}
    settled = {pack.name for pack in ours} if version else ()
    return Library(extended(packs, available), vocabulary, checked, settled, later).resolve()


def _dated(pack: Pack, version: str) -> Pack:
    """A shipped pack with the days of the library's versions, without what is later than the version, if one is."""
    releases = shipped_releases()
    if not version:
        return replace(pack, releases=releases)
    last = numbers(known_version(version, releases))
    threats = tuple(threat for threat in pack.threats if numbers(threat.since) <= last)
    return replace(pack, releases=releases, threats=threats)


def read_shipped(path: Path, vocabulary: Vocabulary | None = None) -> Pack:
    """The shipped pack in a file; its origins are the same on every machine.

    Raises:
        PackError: it can not be used.
    """
    return read_pack(path, vocabulary=vocabulary, shown_as=f"threats/{path.name}")


def read_threats(path: Path, *, vocabulary: Vocabulary | None = None) -> Pack:
    """The pack in a file of either format.

    Raises:
        PackError: it can not be used.
    """
    read = read_pytm_json if path.suffix.lower() == ".json" else read_pack
    return read(path, vocabulary=vocabulary)


def _refuse_unknown(select: Sequence[str] | None, known: Sequence[str]) -> None:
    for name in select or ():
        if name not in known:
            hint = guess(name, known) or f"there are: {', '.join(known)}"
            raise LibraryError(f"unknown threat pack {shown(name)}", name, (), hint)


def _refuse_clash(packs: Iterable[Pack]) -> None:
    found: dict[str, Pack] = {}
    for pack in packs:
        earlier = found.setdefault(pack.name, pack)
        if earlier is not pack:
            places = (_file(earlier), _file(pack))
            message = f"two threat packs are named {shown(pack.name)}: {places[0]} and {places[1]}"
            raise LibraryError(message, pack.name, places)
