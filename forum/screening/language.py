"""Notices a text in a language that the machine does not read. No model: scripts and common words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

FEWEST_LETTERS: Final = 24
"""Letters in another script from which a text counts as unread; a name or a greeting stays below."""

FEWEST_WORDS: Final = 8
"""Words in Latin letters from which the common words are counted."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH: Final = frozenset(
    ["the", "be", "am", "is", "are", "was", "were", "been", "to", "of", "and", "a", "in", "that", "have", "has", "had", "i", "it", "for", "not", "on", "with", "he", "she", "you", "do", "did", "does", "at", "this", "but", "his", "her", "by", "from", "they", "we", "say", "or", "an", "will", "my", "one", "all", "would", "there", "their", "what", "so", "up", "out", "if", "about", "who", "get", "got", "which", "go", "me", "when", "make", "can", "like", "time", "no", "just", "him", "know", "take", "into", "your", "good", "some", "could", "them", "see", "other", "than", "then", "now", "only", "come", "its", "over", "think", "also", "back", "after", "use", "how", "our", "work", "first", "even", "want", "because", "any", "these", "give", "day", "us", "im", "i'm", "dont", "don't", "cant", "can't", "it's", "ive", "i've", "u", "ur", "really", "feel", "more", "still", "people", "why", "where", "here", "too", "very", "never", "always", "much", "being", "need", "going", "something", "nothing", "anyone", "everyone", "life", "help", "sorry", "please", "thank", "thanks", "hate", "love", "day", "today", "again", "years", "off", "down", "shit", "fuck", "fucking", "stupid", "hello", "hi", "yes"]
)
_OTHERS: Final = {
    "German": "der die das und ist nicht ich du sie wir ihr ein eine einen mich mir dich dir auch auf für mit von zu den dem sich es bin bist sind war habe hast hat haben kann wenn aber wie was so nur noch mehr schon immer niemand nichts weiß hier",
    "French": "le la les un une des et est pas je tu il elle nous vous ils que qui dans pour sur avec mon ma mes ton ta tes suis es sont c'est j'ai ne plus mais comme tout rien bien très au du ce cette être avoir fait moi toi",
    "Spanish": "el la los las un una y es no yo tú él ella que en por para con mi mis tu tus soy eres está estoy pero como más todo nada muy me te se lo le al del este esta ser hay cuando porque sin quiero siento",
    "Portuguese": "o os um uma e é não eu tu você ele ela que em por para com meu minha seu sua sou está estou mas como mais tudo nada muito me te se ao do da dos das isso quando porque sem quero sinto",
    "Italian": "il lo gli un una e è non io tu lui lei che in per con mio mia tuo tua sono sei ma come più tutto niente molto mi ti si al del della questo questa quando perché senza voglio ho hai ha di da",
    "Dutch": "de het een en is niet ik jij je hij zij wij dat die in op voor met van te mijn ben bent zijn was heb hebt heeft kan als maar hoe wat zo nog meer altijd niets niemand ook aan er om naar dan geen",
    "Polish": "i w na nie się jest to że z do ja ty on ona my wy jak co tak ale mnie mi mój jestem jesteś są był mam masz ma już tylko bardzo nic wszystko kiedy bo dla od po za czy nikt",
    "Turkish": "ve bir bu da de ben sen o biz siz ne için çok ama gibi daha mi mı değil var yok beni bana seni sana benim senin her şey hiç kadar nasıl olarak ki",
    "Swedish": "och att det är inte jag du han hon vi ni en ett som på för med av till min mitt din så men om var har hade kan när vad bara mer alltid ingen ingenting den de mig dig sig",
    "Indonesian": "yang dan di ini itu tidak saya kamu aku dia kami kita mereka untuk dengan dari ke ada akan sudah bisa karena tapi juga lebih sangat apa seperti hidup orang tak",
    "Romanian": "și este nu eu tu el ea noi voi că în pe la cu de un o mai dar ca ce sunt ești am ai are foarte tot nimic când pentru fără vreau mă te se",
    "Vietnamese": "tôi bạn không là và của có một cho này với được trong những người các đã cũng rất khi",
}  # fmt: skip
_COMMON: Final = {name: frozenset(words.split()) for name, words in _OTHERS.items()}


def is_unread(text: str) -> bool:
    """Tell whether most of a text is in another language than English.

    Another script needs `FEWEST_LETTERS` letters and more than half of all letters; Latin letters need
    `FEWEST_WORDS` words, hardly an English one among them, and the common words of another language.
    """
    letters = [char for char in unicodedata.normalize("NFC", text) if char.isalpha()]
    foreign = sum(not _is_latin(char) for char in letters)
    if foreign * 2 > len(letters):
        return foreign >= FEWEST_LETTERS or (foreign >= 8 and _is_dense(letters))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if len(words) < FEWEST_WORDS:
        return False
    english = sum(word in _ENGLISH for word in words) / len(words)
    other = max(sum(word in common for word in words) for common in _COMMON.values()) / len(words)
    return english < 0.2 and other >= 0.2 and other > english * 1.5


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(
        ("LATIN", "MATHEMATICAL", "FULLWIDTH LATIN")
    )


def _is_dense(letters: list[str]) -> bool:
    """Tell whether a letter stands for a syllable or a word, so that few letters say much."""
    heads = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")
    return sum(unicodedata.name(char, "").startswith(heads) for char in letters) * 2 > len(letters)
