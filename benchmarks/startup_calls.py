"""A measured process: counts the calls of Python and C functions in one run of pytest, and prints them as JSON.

Run as `python startup_calls.py [OPTIONS OF PYTEST]`, in the project's folder.
"""

from __future__ import annotations

import json
import sys


def main(options: list[str]) -> None:
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1

    sys.setprofile(count)
    # Importing pytest counts, as it does for who waits for it.
    import pytest

    code = pytest.main(options)
    sys.setprofile(None)
    print()
    print(json.dumps({"calls": calls, "code": int(code)}))


if __name__ == "__main__":
    main(sys.argv[1:])
