from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from forum.screening.windows import LONGEST_SENTENCE, OVERLAP, WINDOW, sentences_of, windows_of


@given(st.integers(1, 3000))
def test_every_token_lies_in_a_window_and_neighbours_overlap(number: int) -> None:
    found = list(windows_of([(at, at + 1) for at in range(number)]))
    assert found[0].first == 0
    assert found[-1].last == number
    assert all(window.last - window.first <= WINDOW - 2 for window in found)
    for before, after in itertools.pairwise(found):
        assert before.last - after.first == OVERLAP


def test_cost_is_linear() -> None:
    assert len(list(windows_of([(0, 1)] * 20_000))) <= 20_000 / (WINDOW - 2 - OVERLAP) + 1


def test_an_empty_text_still_has_a_window() -> None:
    assert len(list(windows_of([]))) == 1


@given(st.text(max_size=2000))
def test_sentences_lose_nothing_but_blanks(text: str) -> None:
    kept = [False] * len(text)
    for start, end in sentences_of(text):
        assert 0 < end - start <= LONGEST_SENTENCE
        for at in range(start, end):
            kept[at] = True
    assert all(kept[at] or not char.strip() for at, char in enumerate(text))


def test_sentences_are_the_ones_a_reader_sees() -> None:
    text = "I am tired. Are you? Yes!\nNew line without a stop"
    found = [text[start:end] for start, end in sentences_of(text)]
    assert found == ["I am tired.", "Are you?", "Yes!", "New line without a stop"]
