"""The library: packs put together, with unique ids and conditions that are checked."""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from functools import cached_property

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
from pytest_threatmodel.library.releases import arrival
from pytest_threatmodel.library.releases import day_of
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
        refuse_clash(self.packs)
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


def refuse_clash(packs: Iterable[Pack]) -> None:
    """Refuse two packs of one name.

    Raises:
        LibraryError: with both places.
    """
    found: dict[str, Pack] = {}
    for pack in packs:
        earlier = found.setdefault(pack.name, pack)
        if earlier is not pack:
            places = (_file(earlier), _file(pack))
            message = f"two threat packs are named {shown(pack.name)}: {places[0]} and {places[1]}"
            raise LibraryError(message, pack.name, places)
