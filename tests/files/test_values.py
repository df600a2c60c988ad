# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of numbers and text from outside."""

from typing import Any

import pytest

from lsmplify_core.files.values import (
    array_of,
    count_of,
    fields_of,
    list_of,
    number_of,
    text_of,
    without_surrogates,
)
from lsmplify_core.runtime.errors import InputError

NO_NUMBERS: list[Any] = [
    10**400, -(10**400), float("nan"), float("inf"), True, None, "1", "²", [], {}, [1], b"1",
]  # fmt: skip


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_refused(value: Any) -> None:
    for check in (number_of, count_of):
        with pytest.raises(InputError, match=r"^x") as refused:
            check(value, "x")
        assert "\n" not in str(refused.value)


def test_numbers_within_their_range() -> None:
    assert number_of(3, "x", 3, 3) == 3.0
    assert count_of(3.0, "x") == 3
    for value in (2.999, 3.001):
        with pytest.raises(InputError, match="must be from 3 to 3"):
            number_of(value, "x", 3, 3)
    with pytest.raises(InputError, match="whole"):
        count_of(0.5, "x")


@pytest.mark.parametrize(
    "value", [[1, 2], [1, 2, 10**400], [1, 2, float("nan")], [[1], [2], [3]], [1, [2], 3], "abc",
              {}, None, [1, 2, 11], ["a", "b", "c"]]
)  # fmt: skip
def test_arrays_have_their_shape_and_size(value: Any) -> None:
    assert array_of([1, 2, 10], (3,), "x", 10.0).tolist() == [1, 2, 10]
    with pytest.raises(InputError, match=r"^x must be"):
        array_of(value, (3,), "x", 10.0)


def test_text_lists_and_fields() -> None:
    assert text_of("a" * 1000, "x") == "a" * 1000
    assert text_of("a\ud800b", "x") == "a\ufffdb"
    assert without_surrogates("漢\U0001f600") == "漢\U0001f600"
    for check, value in ((text_of, "a" * 1001), (text_of, 5), (list_of, {}), (fields_of, [])):
        with pytest.raises(InputError):
            check(value, "x")
    with pytest.raises(InputError, match="is empty"):
        list_of([], "x", least=1)
    with pytest.raises(InputError, match="at most 2"):
        list_of([1, 2, 3], "x", most=2)
