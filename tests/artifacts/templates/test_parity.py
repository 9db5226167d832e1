"""The same template says the same of the same model in pytm and here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.artifacts.pytm_tools import run_with_pytm
from tests.artifacts.report_models import built
from tests.artifacts.templates.rendering import rendered

#: Both read it. Only one flow carries data: of several, pytm 1.4.0 cannot copy what it reports.
MODEL = """
tm = TM("Library & co", description="Two zones, one store, $5 a month", isOrdered=True, mergeResponses=True)
tm.assumptions = [Assumption("Hosts are patched", description="by contract"), Assumption("Staff is trained")]
outer = Boundary("Outer zone", description="what is outside")
inner = Boundary("Inner zone", inBoundary=outer, maxClassification=Classification.SECRET)
core = Boundary("Core", inBoundary=inner)
user = Actor("Reader (*)", inBoundary=outer, isAdmin=True, description="reads a lot")
web = Server("Front end", inBoundary=inner, OS="Linux", levels=[0, 1], sourceFiles=["web/app.py", "web/db.py"])
web.controls.validatesInput = True
store = Datastore("Shelves", inBoundary=core, inScope=False, type=DatastoreType.SQL)
job = Lambda("Tidy up", inBoundary=core)
book = Data("Books", description="what is lent", classification=Classification.RESTRICTED, format="JSON")
card = Data("Card", isPII=True, isCredentials=True, credentialsLife=Lifetime.LONG)
ask = Dataflow(user, web, "Ask for books", note="often", data=book)
answer = Dataflow(web, user, "Answer", responseTo=ask)
look = Dataflow(web, store, "Look up", tlsVersion=TLSVersion.TLSv13)
sweep = Dataflow(job, store, "Sweep")
"""

TEMPLATE = """# {tm.name}: {tm.description} {tm.isOrdered} {tm.mergeResponses} {tm.name:>20}
{tm.assumptions:if:some {{braces}} {tm.assumptions:repeat:* {{item}} / {{item.name}} / {{item.description}}
}}{tm.assumptions:not:none}
## Flows
{dataflows:repeat:{{item.display_name:call:}}|{{item.name}}|{{item.source}}|{{item.source.name}}|{{item.sink.name}}
{{item.data}}|{{item.data:repeat:{{{{item.name}}}}}}|{{item.protocol}}|{{item.dstPort}}|{{item.srcPort:>6}}
{{item.order:04d}}|{{item.isResponse}}|{{item.response}}|{{item.responseTo}}|{{item.note}}|{{item.inScope}}
{{item.tlsVersion}}|{{item.tlsVersion.name}}|{{item.tlsVersion.value}}|{{item:call:getElementType}}|{{item.levels}}
{{item.usesVPN:if:vpn}}{{item.usesVPN:not:open}}|{{item.inBoundary}}|{{item.source.inBoundary.name}}
}
## Data
{data:repeat:{{item}}|{{item.name}}|{{item.description}}|{{item.classification}}|{{item.classification.name}}
{{item.format}}|{{item.isPII}}|{{item.isCredentials}}|{{item.credentialsLife}}|{{item.credentialsLife.value}}
{{item.credentialsLife.label:call:}}|{{item.carriedBy:repeat:{{{{item.name}}}}<br>}}
{{item.processedBy:repeat:{{{{item.name}}}}, }}
}
## Actors
{actors:repeat:{{item}}|{{item.name!s}}|{{item.name:<12}}|{{item.isAdmin}}|{{item.description}}|{{item.port}}
{{item.inBoundary}}|{{item:call:getFindingCount}}|{{item.findings:repeat:-}}
}
## Boundaries
{boundaries:repeat:{{item.name}}|{{item.parents:if:{{item:call:getParentName}}}}{{item.parents:not:N/A}}
{{item.parents:call:{{{{item.display_name:call:}}}}, }}|{{item:call:getNamesOfParents:{{{{item}}}}; }}
{{item.maxClassification}}|{{item.inScope}}|{{item.description:if:described}}
}
## Assets
{assets:repeat:{{item.__class__.__name__}}|{{item:call:getElementType}}|{{item}}|{{item.inScope}}|{{item.OS}}
{{item.onAWS}}|{{item.sourceFiles}}|{{item.levels}}|{{item.controls.validatesInput}}|{{item.minTLSVersion}}
{{item.inputs:repeat:{{{{item.name}}}},}}|{{item.outputs:repeat:{{{{item.sink.name}}}},}}|{{item.data}}
}
## Elements
{elements:repeat:{{item}}{{item.inScope:if: of {tm.name} {{{{no field}}}}}}{{item.inScope:not: left out}}
}
{elements[0].name} {data[1].name} {{literal}} {{{tm.name}}}
{findings:repeat:|{{item.threat_id}}}
"""

REAL = """
import json
from pathlib import Path
from pytm import *
from pytm import TM, Classification, DatastoreType, Lifetime, TLSVersion
Path("none.json").write_text("[]")
{model}
tm.threatsFile = "none.json"
tm.check()
tm.resolve()
print(json.dumps(tm.report("report.md")))
"""


@pytest.mark.slow
def test_pytm_fills_in_a_template_alike(tmp_path: Path) -> None:
    """Threats left out, in which the libraries differ."""
    import json

    (tmp_path / "report.md").write_text(TEMPLATE, encoding="utf-8")
    real = json.loads(run_with_pytm(REAL.format(model=MODEL), tmp_path).splitlines()[-1])
    snapshot = built(f"from pytest_threatmodel import *\n{MODEL}")
    snapshot["pairs"] = []
    assert rendered(TEMPLATE, snapshot=snapshot).splitlines() == real.splitlines()


def test_the_template_for_both_shows_all_of_the_model() -> None:
    text = rendered(TEMPLATE, snapshot=built(f"from pytest_threatmodel import *\n{MODEL}"))
    for name in (
        "Library & co",
        "Reader (*)",
        "Datastore(Shelves) left out",
        "(3) Look up",
        "LONG_LIVED",
        "Inner zone,",
    ):
        assert name in text
