"""What hides, reorders or piles up is not shown; what scripts and emoji need stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.text.shown import shown


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("user\u202egnp.exe", "usergnp.exe"),
        ("\u2066\u2067\u2068x\u2069\u200e\u200f\u061c", "x"),
        ("pass\u200bword\u00ad\u2060\ufeff", "password"),
        ("in\u200dvisible\u200c", "invisible"),
        ("x\U000e0041\U000e007f", "x"),
        ("vs\ufe0f\U000e0165", "vs"),
        ("\u3164\u115f\u1160\uffa0", ""),
        ("a\u2800b", "a b"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("\ufdd0\uffff\U0001fffe", ""),
        ("z" + "\u0301" * 50, "z" + "\u0301" * 4),
        ("a" + ("\u0301" * 3 + "\u200b") * 9, "a" + "\u0301" * 4),
        ("\u0301start \u0301x *\u0338y", "start x *y"),
        ("\u0645\u0640\u200d\u064b\u200d\u064b", "\u0645\u0640\u064b\u064b"),
    ],
)
def test_what_hides_or_piles_up_goes(typed: str, seen: str) -> None:
    assert shown(typed) == seen


@pytest.mark.parametrize(
    "typed",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with the joiner it is spelled with
        "\u0915\u094d\u200d\u0937",  # Hindi
        "\u0d28\u0d4d\u200d",  # Malayalam, a letter that ends in a joiner
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\U0001f9d1\U0001f3fd\u200d\U0001f4bb",
        "\u2764\ufe0f 1\ufe0f\u20e3 \u2639\ufe0e",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "\u8fbb\U000e0100",
        "\u182d\u180b",
        "Ti\u1ebfng Vi\u1ec7t e\u0302\u0301",
        "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u0e17\u0e35\u0e48",
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",
        "naïve café — “quiet” … ½ №",
    ],
)
def test_what_a_script_or_an_emoji_needs_stays(typed: str) -> None:
    assert shown(typed) == typed


ODD = st.text(
    st.sampled_from(
        "a\u0301\u0488\u200b\u200c\u200d\ufe0f\ufe00\u202e\u0645\u064b\u0915\u094d\U0001f468\U0001f3fd"
    )
    | st.sampled_from("\U0001f3f4\U000e0067\U000e007f\u180b\u182d\u8fbb\U000e0100\u2800 #1\n\u2028"),
    max_size=30,
)


@settings(max_examples=300)
@given(ODD | st.text(max_size=60))
def test_showing_twice_is_showing_once(typed: str) -> None:
    seen = shown(typed)
    assert shown(seen) == seen
    assert not set(seen) & set(
        "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad"
    )
    heap = 0
    for char in seen:
        heap = (
            heap + 1 if unicodedata.category(char) in ("Mn", "Me") and not "\ufe00" <= char <= "\ufe0f" else 0
        )
        assert heap <= 4 or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180d"
