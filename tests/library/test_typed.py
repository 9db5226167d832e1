"""The fields of the shipped packs as part of the typed kinds."""

from __future__ import annotations

from pathlib import Path

from pytest_threatmodel.library.typed import generate
from pytest_threatmodel.library.typed import hand_written
from pytest_threatmodel.library.typed import shipped_fields
from pytest_threatmodel.model import generated
from pytest_threatmodel.model.controls import Controls
from pytest_threatmodel.model.vocabulary import DeclaredField


def test_the_generated_module_is_that_of_the_shipped_packs() -> None:
    """`python -m pytest_threatmodel.library.typed` was run after the packs were last changed."""
    assert Path(generated.__file__).read_text(encoding="utf-8") == generate(shipped_fields()) + "\n"


def test_a_generated_field_is_part_of_the_kind() -> None:
    """What packs declare can be stated on every element, with or without the packs."""
    declared = {field.name for field in shipped_fields() if field.role == "control"}
    assert declared
    assert declared <= set(Controls.fields)


def test_the_hand_written_vocabulary_lacks_what_was_generated() -> None:
    """Packs may change the type of a field that they declared before."""
    assert not {field.name for field in shipped_fields()} & set(hand_written().kinds["Controls"].fields)
    assert "isEncrypted" in hand_written().kinds["Controls"].fields


def test_a_kind_keeps_what_it_has_by_hand_though_packs_declare_it_for_another() -> None:
    """Servers and flows have session tokens by hand; a pack gave them to processes."""
    kinds = hand_written().kinds
    assert "usesSessionTokens" in generated.ProcessPackFields.fields
    assert "usesSessionTokens" in kinds["Server"].fields
    assert "usesSessionTokens" in kinds["Dataflow"].fields
    assert "usesSessionTokens" not in kinds["Process"].fields
    assert "usesSessionTokens" not in kinds["SetOfProcesses"].fields


def test_every_type_is_written_so_that_it_compiles() -> None:
    """Booleans, numbers, texts with known values and enumerations."""
    fields = [
        DeclaredField("rendersMarkdown", ("Server",), "bool", "fact", "It's rendered."),
        DeclaredField("maxDepth", ("Server", "Process"), "int", "fact", "How deep."),
        DeclaredField(
            "dialect", ("Datastore",), "text", "protection", "Which.", known=("a", "b"), stronger={"a": ("b",)}
        ),
        DeclaredField("leastTLS", ("Server",), "TLSVersion", "protection", "Oldest.", stronger="higher"),
        DeclaredField("rotatesKeys", ("Server",), "bool", "control", "Keys are rotated."),
    ]
    namespace: dict[str, object] = {}
    exec(compile(generate(fields), "generated", "exec"), namespace)
    server = namespace["ServerPackFields"]
    assert set(getattr(server, "fields")) == {"rendersMarkdown", "maxDepth", "leastTLS"}  # noqa: B009  # made by exec
    assert "rotatesKeys" in getattr(namespace["ControlsPackFields"], "fields")  # noqa: B009  # made by exec
