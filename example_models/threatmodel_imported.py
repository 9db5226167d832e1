"""A model that another tool drew: read from its file, and told what that file does not say."""

from pytest_threatmodel import Dataflow, Datastore, load

# Open Threat Model, JSON or YAML. Zones become boundaries, components elements; what was decided there holds here.
tm = load("clinic.otm.json")

# What is imported is a model like any: state what the file cannot say,
portal, results = tm["Portal"], tm["Results"]
portal.controls.validatesInput = True
portal.controls.encodesOutput = True
portal.controls.isHardened = True
results.controls.isEncryptedAtRest = True
for flow in tm.dataflows:
    if flow.source is tm["Patient"]:
        flow.protocol = "HTTPS"

# and add what is missing.
correct = Dataflow(portal, tm["Laboratory"], "Ask for a correction", protocol="HTTPS", dstPort=443)


def test_results_stay_in_the_data_centre(threatmodel):
    holders = [element for data in threatmodel.data for element in data.processedBy if element.oneOf(Datastore)]
    assert all(holder.inside(threatmodel["Data centre"]) for holder in holders)
