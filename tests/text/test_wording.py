"""Wording help suggests for others and leaves people alone about themselves."""

from __future__ import annotations

import time

import pytest

from forum.text.wording import wording_hints
from tests.text.hostile_texts import hostile


@pytest.mark.parametrize(
    ("text", "said", "suggestion"),
    [
        ("My uncle committed suicide when I was nine.", "committed suicide", "died by suicide"),
        ("They called it a failed attempt.", "failed attempt", "suicide attempt"),
        ("The mentally ill get no flat here.", "The mentally ill", "people with a mental illness"),
        ("My boss hired a schizophrenic.", "a schizophrenic", "a person with schizophrenia"),
        ("He is an addict.", "an addict", "a person with an addiction"),
        ("Junkies sit at the station.", "Junkies", "people with an addiction"),
        ("My neighbour is crazy.", "is crazy", ""),
        ("Psycho boss again today.", "Psycho", ""),
        ("She suffers from depression.", "suffers from", "lives with"),
        ("They put him in the loony bin.", "loony bin", "psychiatric hospital"),
        ("You should man up.", "man up", ""),
        ("I think my sister is insane.", "is insane", ""),
        ("My aunt is a victim of depression.", "a victim of", "living with"),
        ("She is just attention-seeking.", "attention-seeking", "asking to be seen"),
    ],
)
def test_words_about_others_get_a_kinder_suggestion(text: str, said: str, suggestion: str) -> None:
    (hint,) = wording_hints(text)
    assert text[hint.start : hint.end] == said
    assert hint.suggestion == suggestion
    assert len(hint.reason) > 20


@pytest.mark.parametrize(
    "text",
    [
        "I am an addict and sober for a year.",
        "I'm a bipolar mess and I say so.",
        "I’m going nuts, I am an alcoholic, call me what you like.",
        "I suffer from burnout.",
        "My brain is crazy today.",
        "I felt like a lunatic.",
        "We are all junkies for approval, us nurses.",
        "Twice I wanted to commit suicide.",
        "The film was about a bipolar detective.",
        "The day was long and the team is kind.",
        "The victims of the flood got help.",
    ],
)
def test_who_speaks_of_themselves_may_use_any_word(text: str) -> None:
    assert wording_hints(text) == []


def test_hints_come_in_order_and_do_not_overlap() -> None:
    text = "He is a junkie. She committed suicide. They are nuts, the mentally ill."
    hints = wording_hints(text)
    assert [text[hint.start : hint.end] for hint in hints] == [
        "a junkie",
        "committed suicide",
        "are nuts",
        "the mentally ill",
    ]


def test_no_text_takes_long_or_raises() -> None:
    slowest = 0.0
    for text in (*hostile(), "he is a psycho " * 530, "I my the you " * 600 + "psycho " * 20):
        started = time.process_time()
        wording_hints(text[:8000])
        slowest = max(slowest, time.process_time() - started)
    assert slowest < 0.5
