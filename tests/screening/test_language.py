from __future__ import annotations

import pytest

from forum.screening.language import is_unread


@pytest.mark.parametrize(
    "text",
    [
        "Ich weiß nicht mehr weiter und fühle mich so allein, niemand hört mir zu",
        "Je ne sais plus quoi faire, je suis fatigué et personne ne m'écoute",
        "No sé qué hacer, estoy muy cansado y nadie me escucha en casa",
        "Nie wiem już co robić, jestem bardzo zmęczony i nikt mnie nie słucha",
        "Я больше не знаю, что мне делать дальше",
        "今日はとても疲れました",
        "لا أعرف ماذا أفعل بعد الآن وأنا متعب جدا",
    ],
)
def test_other_languages_are_noticed(text: str) -> None:
    assert is_unread(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Привет",
        "Mein Name ist Jonas",
        "My friend Оксана Иванова lives in Łódź and I miss her so much",
        "I cried at work again today and I do not know how to tell my manager about it",
        "lol same here",
        "tired tired tired tired tired tired tired tired",
        "Schadenfreude, angst, weltschmerz: I have got all of the German words for it",
        "Sertraline fifty milligrams mornings, mirtazapine nights, therapist Tuesdays, group Thursdays",
    ],
)
def test_english_short_texts_and_names_are_read(text: str) -> None:
    assert not is_unread(text)
