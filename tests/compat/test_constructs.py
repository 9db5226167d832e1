"""What model files in the wild are made of: each construct in a file of its own, and what becomes of its pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import pytest

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.loading import LoadError

from .conftest import value_of

if TYPE_CHECKING:
    from .conftest import LoadPytm

HEAD = "from pytm import *\ntm = TM('T')\n"

CONSTRUCTS = {
    "own options of the command line": (
        """
        import argparse, sys
        from pytm import TM, Server
        parser = argparse.ArgumentParser()
        parser.add_argument("--env", default="prod")
        args = parser.parse_args()
        assert sys.argv[1:] == []
        tm = TM("T", description="For " + args.env)
        Server("Web " + args.env)
        tm.process()
        """,
        ["TT01[Web prod]"],
    ),
    "a dispatch on the arguments": (
        """
        import sys
        from pytm import TM, Server
        tm = TM("T")
        Server("Web")
        if len(sys.argv) > 1:
            print(tm.dfd())
        else:
            tm.process()
        sys.exit(0)
        """,
        ["TT01[Web]"],
    ),
    "loops over dictionaries": (
        """
        from pytm import TM, Server, Dataflow, Boundary
        tm = TM("T")
        SERVERS = {"A": {"controls": {"isHardened": True}}, "B": {"usesCache": True}}
        FLOWS = [("A", "B", "HTTP"), ("B", "A", "HTTPS")]
        zones = {name: Boundary(name) for name in ("In", "Out")}
        made = {name: Server(name, inBoundary=zones["In"], **values) for name, values in SERVERS.items()}
        for source, sink, protocol in FLOWS:
            flow = Dataflow(made[source], made[sink], f"{source} to {sink}")
            flow.protocol = protocol
        """,
        ["TT01[B]", "TF01[A to B]"],
    ),
    "profiles of controls": (
        """
        from pytm import TM, Server
        HARD = dict(isHardened=True, validatesInput=True)
        def harden(element, profile):
            for name, value in profile.items():
                setattr(element.controls, name, value)
            return element
        tm = TM("T")
        web, api = harden(Server("Web"), HARD), Server("API")
        assert web.controls.validatesInput and not api.controls.validatesInput
        """,
        ["TT01[API]"],
    ),
    "a guard around the end": (
        """
        from pytm import TM, Server
        tm = TM("T")
        Server("Web")
        if __name__ == "__main__":
            tm.process()
        """,
        ["TT01[Web]"],
    ),
    "a model made by a function that the file calls": (
        """
        from pytm import TM, Server
        def build():
            tm = TM("T")
            Server("Web")
            return tm
        tm = build()
        tm.process()
        """,
        ["TT01[Web]"],
    ),
    "unnamed elements and breaks in names": (
        """
        from pytm import *
        tm = TM("T", "With a description")
        Dataflow(Actor("User<br/>(web)"), SetOfProcesses("Many<br/>things"), "?")
        Server("Web\\nServer")
        """,
        [r"TT01[Web\nServer]"],
    ),
    "boundaries as ends of flows": (
        """
        from pytm import *
        tm = TM("T")
        internet = Boundary("Internet")
        Dataflow(internet, Server("Web", inBoundary=internet), "In", protocol="HTTP")
        """,
        ["TT01[Web]", "TF01[In]"],
    ),
    "data as text and as objects": (
        """
        from pytm import *
        tm = TM("T")
        web, db = Server("Web"), Datastore("DB", isSQL=False)
        secret = Data("Secret", classification=Classification.SECRET, isCredentials=True)
        one = Dataflow(web, db, "One", data=secret)
        two = Dataflow(db, web, "Two", isResponse=True)
        two.data = "plain text"
        three = Dataflow(web, db, "Three", data=[secret, Data("More")])
        assert [d.name for d in (*one.data, *two.data, *three.data)] == ["Secret", "plain text", "Secret", "More"]
        assert secret in one.data
        """,
        ["TT01[Web]"],
    ),
    "levels, orders, responses and notes": (
        """
        from pytm import *
        tm = TM("T", isOrdered=True, mergeResponses=True, onDuplicates=Action.IGNORE)
        web, db = Server("Web", levels=[2]), Datastore("DB", isSQL=False)
        web.sourceFiles = ["web.py", "web/*.js"]
        ask = Dataflow(web, db, "Ask", note="n", order=3, dstPort=3306, protocol="MySQL")
        answer = Dataflow(db, web, "Answer", responseTo=ask)
        tm.check()
        assert answer.isResponse and ask.response is answer and (ask.order, answer.srcPort) == (3, 3306)
        """,
        ["TT01[Web]"],
    ),
    "kinds of the file's own": (
        """
        from pytm import TM, Server, Threat
        from pytm.pytm import varBool, varString, varInt
        class Gateway(Server):
            terminatesTLS = varBool(False, doc="TLS ends here")
            vendor = varString("none", required=True)
            nodes = varInt(1)
            def __init__(self, name, **values):
                super().__init__(name, **values)
                self.OS = "Linux"
        tm = TM("T")
        TM._threats.append(Threat(SID="OWN", target="Gateway", condition="target.terminatesTLS and target.nodes > 1"))
        one, two = Gateway("One", terminatesTLS=True, nodes=2), Gateway("Two")
        two.terminatesTLS = True
        assert (one.vendor, two.nodes, one.OS) == ("none", 1, "Linux")
        """,
        ["TT01[One]", "OWN[One]", "TT01[Two]"],
    ),
    "requests with their replies": (
        """
        from pytm import *
        from pytm.flows import req_reply, reply
        tm = TM("T")
        web, db = Server("Web"), Datastore("DB", isSQL=False)
        ask, answer = req_reply(web, db, "Ask", reply_name="Answer")
        order, done = req_reply(web, db, "Order")
        more = Dataflow(web, db, "More", protocol="HTTP")
        _, same = reply(more, note="n")
        _, named = reply(Dataflow(web, db, "Last"), name="End")
        assert [each.name for each in (answer, done, same, named)] == [
            "Answer", "Reply to Order", "Reply to More", "End"]
        assert done.responseTo is order and same.note == "n"
        """,
        ["TT01[Web]", "TF01[More]", "TF01[Reply to More]"],
    ),
    "sets, comprehensions and star imports": (
        """
        from pytm import *
        from pytm.pytm import TLSVersion as TLS
        tm = TM("T")
        servers = [Server(f"S{i}") for i in range(2)]
        for server in {*servers}:
            server.minTLSVersion = TLS.TLSv12
        assert LLM("Model").isThirdParty and Agent("Agent") and Lambda("L").onAWS
        assert Lifetime.SHORT.label() and DatastoreType.AWS_S3 and OrderedEnumIsNotStarred
        """.replace(" and OrderedEnumIsNotStarred", ""),
        ["TT01[S0]", "TT01[S1]"],
    ),
    "exceptions that are caught": (
        """
        from pytm import TM, Server
        from pytm.pytm import UIError
        tm = TM("T")
        try:
            Server("Web")
        except UIError:
            raise
        """,
        ["TT01[Web]"],
    ),
}


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_runs_unchanged(load_pytm: LoadPytm, construct: str) -> None:
    text, findings = CONSTRUCTS[construct]
    assert load_pytm(text).findings == findings


def test_a_model_in_a_package_imports_relatively(load_pytm: LoadPytm) -> None:
    """Also by the name of the package, with the folder put on the path by the file itself."""
    text = """
    import os, sys
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from pytm import TM, Server
    from security.common import hard
    from security.parts import zone
    tm = TM("T")
    hard(Server("Web", inBoundary=zone()))
    Server("API")
    """
    common = (
        "from pytm import Element\ndef hard(each: Element):\n    each.controls.isHardened = True\n    return each\n"
    )
    parts = "from pytm import Boundary\nfrom .common import hard\ndef zone():\n    return Boundary('Zone')\n"
    files: Any = {"security/__init____py": "", "security/common__py": common, "security/parts__py": parts}
    assert load_pytm(text, **files).findings == ["TT01[API]"]


def test_a_builder_makes_the_model(load_pytm: LoadPytm) -> None:
    text = (
        "from pytm import *\ndef build_model():\n    TM.reset()\n    tm = TM('T')\n    Server('Web')\n    return tm\n"
    )
    assert load_pytm(text, build="build_model").findings == ["TT01[Web]"]


def test_a_model_under_a_guard_or_in_a_function_says_what_helps(load_pytm: LoadPytm) -> None:
    with pytest.raises(LoadError, match="move it out of the guard"):
        load_pytm("from pytm import *\nif __name__ == '__main__':\n    tm = TM('T')\n")
    with pytest.raises(LoadError, match=r"threatmodel_files = tm\.py::main calls it"):
        load_pytm("from pytm import *\ndef main():\n    tm = TM('T')\n")


def test_a_flow_takes_only_what_it_does_not_state(load_pytm: LoadPytm) -> None:
    """What the author states wins; pytm 1.4.0 writes over it."""
    text = """
db = Datastore("DB", isSQL=False, protocol="MySQL", port=3306)
db.controls.isEncrypted = True
web = Server("Web")
web.controls.isHardened = True
said = Dataflow(web, db, "Said", protocol="HTTP", dstPort=80)
said.controls.isEncrypted = False
unsaid = Dataflow(web, db, "Unsaid")
"""
    loaded = load_pytm(HEAD + text)
    said, unsaid = value_of(loaded, "said"), value_of(loaded, "unsaid")
    assert (said.protocol, said.dstPort, said.controls.isEncrypted) == ("HTTP", 80, False)
    assert (unsaid.protocol, unsaid.dstPort, unsaid.controls.isEncrypted) == ("MySQL", 3306, True)
    assert loaded.findings == ["TF01[Said]"]


def test_nested_boundaries_are_seen(load_pytm: LoadPytm) -> None:
    load_pytm(
        HEAD + "outer = Boundary('Outer')\ninner = Boundary('Inner', inBoundary=outer)\n"
        "web, user = Server('Web', inBoundary=inner), Actor('User')\nflow = Dataflow(user, web, 'In')\n"
        "assert web.inside(outer) and flow.enters(outer) and flow.crosses(outer) and not flow.exits(outer)\n"
        "assert Dataflow(web, user, 'Out').exits(inner)\n"
    )


DOCUMENT = """
{"name": "From JSON", "description": "d", "onDuplicates": "NO_ACTION", "isOrdered": true,
 "boundaries": [{"name": "Inner", "inBoundary": "Outer"}, {"name": "Outer"}],
 "data": [{"name": "Text", "classification": "SECRET", "carriedBy": ["In"]}],
 "elements": [{"__class__": "Actor", "name": "User"},
              {"__class__": "Server", "name": "Web", "inBoundary": "Inner", "usesCache": true}],
 "flows": [{"name": "In", "source": "User", "sink": "Web", "protocol": "HTTP", "data": ["Text"]}]}
"""


@pytest.mark.parametrize("call", ["loads(file.read())", "load(file)"])
def test_a_model_may_stand_in_json(load_pytm: LoadPytm, call: str) -> None:
    text = f"""
import os
os.chdir(os.path.dirname(__file__))
from pytm.json import load, loads
with open("m.json") as file:
    tm = {call}
web = next(each for each in TM._elements if each.name == "Web")
"""
    loaded = load_pytm("from pytm import *" + text, m__json=DOCUMENT)
    assert loaded.findings == ["TT01[Web]", "TF01[In]"]
    web, model = value_of(loaded, "web"), loaded.model
    assert (model.name, model.isOrdered, web.usesCache) == ("From JSON", True, True)
    assert [boundary.name for boundary in (web.inBoundary, *web.inBoundary.parents())] == ["Inner", "Outer"]
    assert [data.name for data in model.dataflows[0].data] == ["Text"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("3", "expected an object with a name"),
        ('{"elements": []}', "expected an object with a name"),
        ('{"name": "T", "elements": 3}', "elements is 3, expected a list"),
        ('{"name": "T", "elements": [{"x": 1}]}', "elements, item 1: expected an object with a name"),
        (
            '{"name": "T", "elements": [{"name": "A", "__class__": "Sever"}]}',
            "unknown kind 'Sever'; did you mean 'Server'?",
        ),
        ('{"name": "T", "elements": [{"name": "A", "__class__": []}]}', r"unknown kind \[\]"),
        ('{"name": "T", "elements": [{"name": "A", "inBoundary": "B"}]}', "'A': inBoundary is 'B', which is not there"),
        (
            '{"name": "T", "boundaries": [{"name": "A", "inBoundary": "B"}]}',
            "'A': inBoundary is 'B', which is not there",
        ),
        ('{"name": "T", "flows": [{"name": "F", "source": "A"}]}', "flow 'F': source is 'A', which is not there"),
        ('{"name": "T", "isOrdered": 3}', "isOrdered = 3 is not accepted"),
    ],
)
def test_json_that_is_no_model_says_why(load_pytm: LoadPytm, document: str, problem: str) -> None:
    with pytest.raises((LoadError, ModelError), match=problem.replace("?", r"\?")):
        load_pytm("from pytm import *\nimport sys\ntm = loads(DOCUMENT)\n".replace("DOCUMENT", repr(document)))
