"""Which threats the model of a file that was written for pytm meets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from pytest_threatmodel.library.errors import LibraryError
from pytest_threatmodel.library.library import Library
from pytest_threatmodel.library.load import read_threats
from pytest_threatmodel.library.pytm_json import pytm_pack
from pytest_threatmodel.library.threat import Pack
from pytest_threatmodel.model.model import Model
from pytest_threatmodel.model.notes import Assumption
from pytest_threatmodel.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pytest_threatmodel.compat.pytm_file import PytmFile


def base_library(pytm: PytmFile) -> Library:
    """The threats that a file of pytm begins with, before it adds its own: pytm's or those of the run."""
    return pytm.library


def library_of(model: Model, pytm: PytmFile) -> Library:
    """The base library, with what the file itself does to its threats.

    Threats of the file's own, appended or in its `threatsFile`, stand in for those of the library that have their id.

    Raises:
        LibraryError: a threat of the file's own cannot be used.
    """
    base = base_library(pytm)
    vocabulary = base.vocabulary.with_kinds(pytm.own_kinds()).with_fields(pytm.load.own_fields)
    own, kept = _own_pack(pytm, vocabulary), _shown(pytm)
    taken = {threat.id for pack in (*own, *_files(model, vocabulary)) for threat in pack.threats}
    _exclude(model, pytm)
    if vocabulary is base.vocabulary and not taken and kept is None:
        return base
    packs = [
        replace(pack, threats=tuple(t for t in pack.threats if t.id not in taken and (kept is None or t.id in kept)))
        for pack in base.packs
    ]
    # A pack that lost all of its threats may be the file of which they come now, named in the settings as well.
    return Library([*(pack for pack in packs if pack.threats or pack.fields), *own], vocabulary).resolve()


def reads_of(model: Model, pytm: PytmFile) -> set[str]:
    """The attributes that the conditions of the file's own threats may read."""
    vocabulary = base_library(pytm).vocabulary
    own = [*_own_pack(pytm, vocabulary), *_files(model, vocabulary)]
    conditions = (threat.condition for pack in own for threat in pack.threats)
    return {name for condition in conditions for name in re.findall(r"[.\"'](\w+)", condition)}


def replaced(model: Model, pytm: PytmFile) -> list[str]:
    """The ids of threats in whose place others of the file's own stand."""
    base = base_library(pytm)
    return [id_ for id_ in own_ids(model, pytm) if id_ in base]


def own_ids(model: Model, pytm: PytmFile) -> list[str]:
    """The ids of the threats that the file brings itself."""
    vocabulary = base_library(pytm).vocabulary
    own = [*_own_pack(pytm, vocabulary), *_files(model, vocabulary)]
    return [threat.id for pack in own for threat in pack.threats]


def _own_pack(pytm: PytmFile, vocabulary: Vocabulary) -> list[Pack]:
    own = [threat for threat in pytm.threats or () if threat.is_changed]
    if not own:
        return []
    kinds = vocabulary.with_kinds(pytm.own_kinds())
    return [pytm_pack(_unique([threat.item() for threat in own]), "TM._threats", str(own[0].place), vocabulary=kinds)]


def _unique(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The threats, of which the second with an id is `ID-2`: scripts append one threat for each line of a scan."""
    seen: Counter[str] = Counter()
    for item in items:
        id_ = item["SID"]
        seen[id_] += 1
        if seen[id_] > 1:
            item["SID"] = f"{id_}-{seen[id_]}"
    return items


def _shown(pytm: PytmFile) -> set[str] | None:
    """The threats of the library that the file left in `TM._threats`; None where it never looked at them."""
    if pytm.threats is None:
        return None
    return {threat.shows.id for threat in pytm.threats if threat.shows is not None}


def _files(model: Model, vocabulary: Vocabulary) -> Iterable[Pack]:
    """The model's threat files; one that cannot be read is told of where the model is bound."""
    folder = Path(model.place.file).parent
    for name in model.threatsFile:
        try:
            yield read_threats(folder / name, vocabulary=vocabulary)
        except (LibraryError, OSError):
            continue


def _exclude(model: Model, pytm: PytmFile) -> None:
    """Make an assumption of the ids that the file wants left out."""
    name = "TM._threatsExcluded"
    model.assumptions[:] = [note for note in model.assumptions if note.name != name]
    if pytm.threats_excluded:
        model.assumptions.append(Assumption(name, pytm.threats_excluded))
