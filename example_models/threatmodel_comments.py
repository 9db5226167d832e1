"""The comments application: the first model that many people ever read, in the words of this library.

It shows that models written long ago still work: boundaries, flows with order, data and notes, a store that is out of
scope, and the flat names of old models (`web.isHardened`, `db.isSql`) beside today's. Nothing is decided here, so the
run ends with what such a first draft leaves open.
"""

# Type checkers know today's names only.
# mypy: disable-error-code="attr-defined"

from pytest_threatmodel import TM, Actor, Boundary, Dataflow, Datastore, Lambda, Server

tm = TM("Comments", description="Users post comments on a page; a database keeps them, a function cleans it.")

user_web = Boundary("User/Web")
web_db = Boundary("Web/DB")

user = Actor("User", inBoundary=user_web)

web = Server("Web Server", OS="CloudOS")
web.isHardened = True  # a flat name: web.controls.isHardened

db = Datastore("SQL Database (*)", OS="CentOS", inBoundary=web_db)
db.isHardened = False
db.isSql = True  # a flat name: db.isSQL
db.inScope = False  # another team runs it, and models it

cleaner = Lambda("Clean the database every 6 hours", inBoundary=web_db)
cleaner.hasAccessControl = True  # a flat name: cleaner.controls.hasAccessControl

enter = Dataflow(user, web, "User enters comments (*)", protocol="HTTP", dstPort=80, order=1)
enter.data = "Comment in HTML or Markdown"
enter.note = "A simple page that takes comments and shows them."

insert = Dataflow(web, db, "Insert comments", protocol="MySQL", dstPort=3306, order=2)
insert.data = "An insert statement with every value written into it"
insert.note = "The server builds the statement from what the user wrote."

inserted = Dataflow(db, web, "Result of the insert", order=3, responseTo=insert)
inserted.data = "The number of rows, or an error"

saved = Dataflow(web, user, "Comments saved (*)", order=4, responseTo=enter)
saved.data = "Confirmation or error message, in JSON"

clean = Dataflow(cleaner, db, "(λ) Clean the database", protocol="MySQL", dstPort=3306)
clean.data = "A delete statement for what is older than a month"
clean.note = "Runs every 6 hours."


def test_only_the_web_server_talks_to_users(threatmodel):
    neighbours = {flow.sink for flow in threatmodel.dataflows if flow.source is user}
    neighbours |= {flow.source for flow in threatmodel.dataflows if flow.sink is user}
    assert neighbours == {web}


def test_a_comment_is_stored_before_it_is_confirmed(threatmodel):
    numbered = [flow for flow in threatmodel.dataflows if flow.order > 0]
    assert numbered == [enter, insert, inserted, saved]
