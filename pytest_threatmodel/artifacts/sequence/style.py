"""Sizes and colours of the sequence diagram's picture, all sizes in pixels."""

from __future__ import annotations

from typing import Final

#: None is wider than DejaVu Sans, by which text is measured.
FONTS: Final = "Helvetica, Arial, 'DejaVu Sans', sans-serif"

TITLE: Final = 18
NAME: Final = 13
SMALL: Final = 11
#: The height of a line of text, and where its letters stand in it, in em.
LINE: Final = 1.34
BASELINE: Final = 1.02

#: Around the whole picture.
MARGIN: Final = 24
#: Around what stands in a zone.
ZONE_PAD: Final = 12
#: Between columns at least.
GAP: Final = 28
#: Between a label and the lifelines beside it.
LABEL_PAD: Final = 14
#: Between a message and the next.
ROW_GAP: Final = 16
#: How far a message to oneself leads away, and how high it is at least.
LOOP_WIDTH: Final = 30
LOOP_HEIGHT: Final = 22
#: From here on, heads are repeated below their lifelines.
TALL: Final = 640
#: From here on, lifelines are not dashed.
LONG: Final = 20_000

PAPER: Final = "#ffffff"
INK: Final = "#1f2328"
LINE_INK: Final = "#3b434b"
MUTED: Final = "#57606a"
LIFELINE: Final = "#8c959f"
ZONE: Final = "#57606a"
FADED: Final = "#8c959f"
FADED_PAPER: Final = "#f6f7f8"
ENCRYPTED: Final = "#1a6b37"
UNENCRYPTED: Final = "#a33b00"
NOTE_PAPER: Final = "#fff8c5"
NOTE_INK: Final = "#9a7d00"
