"""Cold contempt for the reader: found by rules, in the conduct lane, never where somebody is in distress."""

from __future__ import annotations

import time

import pytest

from forum.screening.aim import aim_of, is_kind
from forum.screening.care import read_care
from forum.screening.contempt import MOST_PER_RULE, contempt_book, read_contempt
from forum.screening.engine import Engine
from forum.screening.findings import Care, Contempt, Finding
from forum.screening.lanes import flags_for, hostile_labels, lane_for
from forum.screening.screen import as_answer, screen_text
from tests.screening.test_engine import Fixed

FOUND = Contempt((Finding("rule", "blame", None, 0, 1, "reason"),))
HOT = {"toxicity": 0.97, "insult": 0.97, "threat": 0.8}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You brought this on yourself.", "blame"),
        ("u did this to urself", "blame"),
        ("You got exactly what you deserve", "blame"),
        ("He was right to leave you.", "blame"),
        ("No wonder nobody likes you", "blame"),
        ("You are a burden to everyone here", "contempt"),
        ("Your whole life is a waste", "contempt"),
        ("You will never amount to anything.", "contempt"),
        ("Nobody here wants you", "shut-out"),
        ("Everyone is tired of you", "shut-out"),
        ("We were happier before you came here", "shut-out"),
        ("Please delete your account.", "sent-away"),
        ("Why don't you just leave", "sent-away"),
        ("Boo hoo, here come the crocodile tears", "mockery"),
        ("You're doing this for attention", "mockery"),
        ("Enough of your whining", "mockery"),
        ("Grow up and get a life", "belittling"),
        ("You call that a problem?", "belittling"),
        ("I hope it gets worse for you", "wish-of-harm"),
        ("I hope you lose everything", "wish-of-harm"),
        ("Watch your back", "threatening"),
        ("I know where you work", "threatening"),
        ("I will tell your boss who you are.", "threatening"),
        ("You'll regret this", "threatening"),
        ("Send me a picture", "harassing"),
        ("Nobody cares.", "belittling"),
        ("Carry on lying about us and you'll see who you picked a fight with.", "threatening"),
        ("It would be wiser to take that down before I lose patience.", "threatening"),
        ("You believe that your made up name hides you, how cute.", "threatening"),
        ("Some of us shop near your house.", "threatening"),
        ("We worked out exactly who you are from the photo.", "threatening"),
        ("Awkward if your mother were to read it all.", "threatening"),
        ("I might forward your rant about nights to your supervisor.", "threatening"),
        ("I have all your posts saved and dated.", "threatening"),
        ("Does your landlord know what you write on here?", "threatening"),
        ("Oh is princess sulking again", "mockery"),
        ("We are taking bets on how long you last.", "mockery"),
        ("Full marks for the tears.", "mockery"),
        ("Cue the sad violins.", "mockery"),
        ("You're the kind of person colleagues dodge.", "contempt"),
        ("Listening to you is like chewing tinfoil.", "contempt"),
        ("Leeches like you always want more.", "contempt"),
        ("We have a group without you.", "shut-out"),
        ("Go bore someone else's forum.", "shut-out"),
        ("I'd hide your keys if I were you.", "threatening"),
        ("Everybody at your school will know by lunch.", "threatening"),
        ("Tell us more about how tired you are, do.", "mockery"),
        ("Burnout lol", "belittling"),
        ("Burnout is just weakness.", "mockery"),
        ("Oh sweetie, you will never manage that.", "belittling"),
        ("Convenient how your migraine starts on Mondays.", "mockery"),
        ("It's not autism, it's bad manners.", "mockery"),
        ("Immigrants are ruining the wards.", "contempt"),
        ("You foreigners always stick together.", "contempt"),
    ],
)
def test_contempt_for_the_reader_is_found_and_shown_with_its_reason(text: str, kind: str) -> None:
    contempt = read_contempt(text)
    assert kind in {finding.kind for finding in contempt.findings}
    assert all(finding.tier is None and finding.reason.endswith(".") for finding in contempt.findings)
    assert aim_of(text, contempt) == "other"
    assert lane_for(read_care(text), {}, "other", (), contempt) == "conduct"
    assert kind in flags_for(Care(), {}, "other", contempt)


@pytest.mark.parametrize(
    "text",
    [
        "You didn't bring this on yourself.",
        "Burnout isn't weakness, ask anyone who has had it.",
        "Oh honey. What a long day that was.",
        'The phrase I grew up with was "you ruin everything". It still rings.',
        "Someone at the till told my dad to go back where he came from.",
        "You are not worthless, and not a burden to anyone.",
        "It's not true that everyone would be better off without you.",
        "He told me nobody wants me.",
        "My mother said: you are a burden to everyone here.",
        'She wrote "I hope you lose everything" and blocked me.',
        '"You brought this on yourself", he said.',
        "It feels like nobody wants you, I know.",
        "Don't let anyone tell you that you are pathetic.",
        "What a cruel thing to say, that you ruin everything.",
        "I am such a drama queen today.",
        "They told me to grow up and get over it.",
        "I should get a grip.",
        "I feel like nobody cares.",
        "I hope it gets better for you.",
        "I hope you never have to lose somebody like that again.",
        "He said he knows where I work.",
        "I'll find you somebody to talk to.",
        "You could tell your boss that you need a rest.",
        "Watch your back when you lift patients.",
        "Go away for a weekend, it helps.",
        "You have no idea how much that helped me.",
        "Nobody expects you to be cheerful here.",
        "Everyone here wants you to be all right.",
        "You will never be alone with this again.",
        "You won't regret taking the leave.",
        "My ex can rot in hell.",
        "Keep writing and you'll find people here listen.",
        "You'd be wise to delete the address from your photo.",
        "You think the username is boring, I like it.",
        "Some of us live near the sea.",
        "I can see where you are coming from.",
        "I'm scared that the whole ward will know by Friday.",
        "I saved your post because it helped.",
        "Does your landlord know about the damp?",
        "Does your manager know you are so tired?",
        "Is your baby crying at night again?",
        "My sister is taking bets on the due date.",
        "She laid on a lovely tea for us.",
        "You're the kind of person people miss when they leave.",
        "Reading you is like reading my own diary.",
        "We have rats like yours under the sink.",
        "We have a group for night staff, come along.",
        "I forgot my keys again, adhd lol",
        "Strange that the pain stops at weekends, isn't it?",
        "Immigrants are keeping the wards open.",
        "As a foreigner I always stick to the rules.",
        "Nobody says you are faking anything.",
        "Tell us more about how your feelings changed.",
        "Everyone at your school will miss you.",
        "'Grow up', my uncle said.",
        '"You are a disgrace." That was a customer, at closing time.',
        "The patient shouted I hope you lose everything.",
        "I tell myself: get up, you lazy cow.",
        "We will crush you at the quiz tonight.",
    ],
)
def test_denied_reported_kind_and_own_words_are_no_contempt(text: str) -> None:
    assert read_contempt(text).findings == ()


def test_saying_it_oneself_to_the_reader_is_not_reporting_it() -> None:
    assert read_contempt("Let me tell you something: you ruin everything.").findings
    assert read_contempt("Don't take it personally, but you are the reason everyone left.").findings


def test_a_game_is_no_threat_unless_it_leaves_the_game() -> None:
    text = "I'll destroy you at chess."
    contempt = read_contempt(text)
    assert contempt.findings == () and contempt.is_kind
    assert lane_for(Care(), {"threat": 0.8}, aim_of(text, contempt), (), contempt) == "routine"
    assert read_contempt("I'll destroy you at chess, I know where you live.").findings


def test_a_finding_points_at_its_words_in_the_text_as_typed() -> None:
    text = "Hello “all”…\nYou BROUGHT  this on y\u200bourself, honestly."
    found = read_contempt(text).findings[0]
    assert text[found.start : found.end] == "You BROUGHT  this on y\u200bourself"


def test_disguised_words_are_read() -> None:
    assert read_contempt("n0b0dy h e r e wants you").findings


def test_a_bare_word_counts_only_where_its_author_says_nothing_of_themselves() -> None:
    assert read_contempt("Nobody cares.").findings
    assert read_contempt("I was late again. My boss shouted. Nobody cares.").findings == ()


def test_one_rule_is_shown_a_few_times_at_most() -> None:
    assert len(read_contempt("You ruin everything.\n" * 50).findings) == MOST_PER_RULE


def test_every_rule_has_a_reason_and_a_source_and_gives_no_tier() -> None:
    rules = contempt_book().rules
    assert len(rules) >= 15
    assert all(rule.reason.endswith(".") and rule.source and rule.tier is None for rule in rules)


def test_care_stays_ahead_of_contempt() -> None:
    assert lane_for(Care("C"), {}, "other", (), FOUND) == "care"
    assert "hostile-beside-distress" in flags_for(Care("C"), {}, "other", FOUND)


def test_distress_of_the_author_is_never_conduct() -> None:
    text = "I am worthless and everyone is better off without me. You ruined everything."
    contempt = read_contempt(text)
    assert contempt.findings and contempt.about_author
    assert lane_for(Care("A"), HOT, "other", (), contempt) == "routine"
    assert "hostile-beside-distress" in flags_for(Care("A"), {}, "other", contempt)


def test_words_of_despair_thrown_at_the_reader_alone_are_conduct() -> None:
    text = "You are so worthless it is sad."
    contempt = read_contempt(text)
    assert not contempt.about_author
    assert lane_for(Care("A"), HOT, aim_of(text, contempt), (), contempt) == "conduct"


@pytest.mark.parametrize(
    "text",
    [
        "You look after everyone but yourself.",
        "Your boss is an idiot if he thinks you can do three jobs.",
        "It isn't your fault, none of it is.",
        "Have you talked to your doctor?",
        "I'm so sorry you had to hear that.",
        "You don't have to be useful to be here.",
        "u did what u could",
    ],
)
def test_no_score_makes_kind_words_conduct(text: str) -> None:
    contempt = read_contempt(text)
    assert contempt.is_kind
    aim = aim_of(text, contempt)
    assert aim != "other"
    assert lane_for(Care(), HOT, aim, (), contempt) == "routine"
    assert lane_for(Care(), {"severe_toxicity": 0.9}, aim, (), contempt) == "conduct"


@pytest.mark.parametrize("text", ["It's all your fault.", "You people again.", "The rota is out.", ""])
def test_what_is_not_kind_is_not_called_so(text: str) -> None:
    assert not is_kind(text)


def test_kind_words_do_not_cover_an_insult() -> None:
    text = "I'm sorry you feel that way, you worthless fool."
    assert lane_for(Care(), HOT, aim_of(text), (), read_contempt(text)) == "conduct"


@pytest.mark.parametrize(("label", "value"), [("identity_attack", 0.5), ("threat", 0.45), ("insult", 0.8)])
def test_a_label_must_be_surer_where_words_point_at_nobody(label: str, value: float) -> None:
    assert hostile_labels({label: value}, "other") == (label,)
    assert hostile_labels({label: value}, "nobody") == ()
    assert hostile_labels({label: 0.97}, "nobody") == (label,)


def test_a_screening_tells_contempt_in_its_flags_and_keeps_it_from_the_care_findings() -> None:
    screened = screen_text("You brought this on yourself.", Engine(Fixed([0.0, 0.0, 0.0]), "m@1"))
    answer = as_answer(1, screened)
    assert (answer["lane"], answer["aim"], answer["flags"]) == ("conduct", "other", ["blame"])
    assert answer["care"] == {"tier": None, "findings": []}


def test_time_grows_with_the_length_of_a_text() -> None:
    def seconds(text: str) -> float:
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            read_contempt(text)
            best = min(best, time.process_time() - start)
        return best

    sentence = "you are so very very very bad and nobody here really wants to hear about your whole life you "
    read_contempt(sentence)
    assert seconds(sentence * 80) < 40 * seconds(sentence * 10) + 0.05
