"""What a person reads when a text is not taken."""

from __future__ import annotations

import pytest

from forum.text.refusal import MESSAGES, TextRefused


@pytest.mark.parametrize("reason", list(MESSAGES))
def test_a_refusal_is_said_in_one_warm_sentence_or_two(reason: str) -> None:
    words = TextRefused("body", reason).message
    assert words.endswith(".") and "!" not in words and len(words) < 120
    assert not {"error", "invalid", "forbidden", "illegal"} & set(words.lower().split())
