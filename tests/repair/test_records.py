# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of repairs from files, and what is said of them."""

import pytest

from lsmplify_core.repair.records import KINDS, Repair, repair_from_json, summary
from lsmplify_core.runtime.errors import InputError

GOOD = {"kind": "gap", "tracks": ["LKNE"], "first": 3, "last": 9}


@pytest.mark.parametrize(
    ("change", "good"),
    [({}, True), ({"last": 3}, True), ({"last": 2}, False), ({"first": -5}, True),
     ({"last": 1 << 31}, True), ({"last": (1 << 31) + 1}, False), ({"first": -(1 << 31)}, True),
     ({"first": -(1 << 31) - 1}, False), ({"tracks": []}, False), ({"tracks": "LKNE"}, False),
     ({"kind": "swap"}, False), ({"kind": "swap", "tracks": ["a", "b"]}, True),
     ({"kind": "melt"}, False), ({"first": 1.5}, False), ({"first": True}, False),
     ({"tracks": [3]}, False), ({"evidence": 3}, False)],
)  # fmt: skip
def test_a_repair_is_a_known_kind_of_named_tracks_and_frames(change: dict, good: bool) -> None:
    if good:
        found = repair_from_json(GOOD | change, "r.json")
        assert found.first == change.get("first", 3)
        assert (found.done, found.evidence) == ("", "")
        return
    with pytest.raises(InputError, match=r"^r\.json"):
        repair_from_json(GOOD | change, "r.json")


@pytest.mark.parametrize("missing", list(GOOD))
def test_a_repair_needs_kind_tracks_and_frames(missing: str) -> None:
    with pytest.raises(InputError, match="needs kind, tracks, first and last"):
        repair_from_json({k: v for k, v in GOOD.items() if k != missing}, "r.json")
    with pytest.raises(InputError, match="needs kind"):
        repair_from_json([3], "r.json")


def test_what_comes_back_is_what_was_written() -> None:
    for kind in KINDS:
        repair = Repair(kind, ("a", "b"), 0, 7, "done", "why")
        assert repair_from_json(repair.to_json(), "r.json") == repair


def test_a_summary_names_the_longest_of_each_kind() -> None:
    gaps = [Repair("gap", (f"M{i}",), i, 2 * i, "", "") for i in range(1, 6)]
    swap = Repair("swap", ("L", "R"), 4, 4, "", "")
    assert summary([swap, *gaps]) == (
        "1 exchange of two labels was undone: L and R frame 4",
        "5 short gaps were filled: M5 frames 5 to 10; M4 frames 4 to 8; M3 frames 3 to 6; "
        "M2 frames 2 to 4; and 1 more",
    )
    assert summary(gaps[:4])[0].endswith("M1 frames 1 to 2")
    assert summary([]) == ()
