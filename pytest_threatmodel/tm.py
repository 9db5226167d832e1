"""TM: the model as its author sees it."""

from __future__ import annotations

import sys

from pytest_threatmodel.model.errors import ModelError
from pytest_threatmodel.model.model import Model


class TM(Model):
    """A threat model: one system, described by one file.

    Elements that the file makes join it by themselves; `pytest --threatmodel` makes the tests.
    """

    def process(self) -> None:
        """The last line of a script: checks the model and says what to run.

        While pytest loads the file this does nothing.

        Raises:
            SystemExit: the model is wrong; every complaint goes to stderr, the status is 1.
        """
        if self.load.is_file:
            return
        try:
            self.check()
        except ModelError as error:
            print(f"{self.describe()}: {error}", file=sys.stderr)
            raise SystemExit(1) from None
        print(f"{self.describe()}: {len(self.elements)} elements, no problem in the model.")
        print(f"Find the threats with: pytest --threatmodel {sys.argv[0]}")
