"""The life of a submission as the design tells it, row by row."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.circles import rules
from forum.screening.care import most_urgent
from forum.screening.findings import Care, Finding

DESIGN = {
    "waiting": {
        "moderator": {
            "publish": "published",
            "return": "returned",
            "decline": "declined",
            "propose": "proposed",
            "hold": "held",
        },
        "author": {"withdraw": "withdrawn", "revise": "superseded"},
        "clock": {"set aside": "returned"},
    },
    "proposed": {
        "author": {
            "accept": "superseded",
            "release": "published",
            "revise": "superseded",
            "refuse": "waiting",
            "withdraw": "withdrawn",
            "lapse": "superseded",
            "unreturn": "waiting",
        },
        "clock": {"lapse": "superseded", "expire": "returned"},
        "moderator": {"undo": "waiting", "lapse": "superseded"},
    },
    "held": {
        "moderator": {
            "publish": "published",
            "return": "returned",
            "decline": "declined",
            "propose": "proposed",
            "undo": "waiting",
        },
        "author": {"withdraw": "withdrawn", "revise": "superseded"},
        "clock": {"expire": "waiting"},
    },
    "published": {
        "author": {"remove": "removed", "replace": "superseded"},
        "moderator": {"replace": "superseded", "hide": "hidden", "undo": "hidden", "reopen": "waiting"},
        "clock": {"expire": "removed"},
    },
    "hidden": {
        "moderator": {"publish": "published", "undo": "published", "remove": "removed"},
        "author": {"remove": "removed"},
    },
    "returned": {
        "author": {"revise": "superseded", "withdraw": "withdrawn", "unreturn": "waiting"},
        "moderator": {"undo": "waiting", "overturn": "waiting"},
        "clock": {"expire": "withdrawn"},
    },
    "declined": {"author": {"unreturn": "waiting"}, "moderator": {"undo": "waiting", "overturn": "waiting"}},
    "removed": {"moderator": {"undo": "published", "overturn": "published"}},
    "withdrawn": {},
    "superseded": {},
}


def test_the_table_holds_exactly_the_ways_of_the_design():
    ways = {
        (state, actor, act): to
        for state, actors in DESIGN.items()
        for actor, acts in actors.items()
        for act, to in acts.items()
    }
    assert dict(rules.TRANSITIONS) == ways


@given(st.sampled_from(rules.STATES), st.sampled_from(["author", "moderator", "clock"]), st.text(max_size=12))
def test_what_the_table_does_not_hold_is_refused(state, actor, act):
    if (state, actor, act) in rules.TRANSITIONS:
        assert rules.next_state(state, actor, act) in rules.STATES
    else:
        with pytest.raises(rules.NotAllowed):
            rules.next_state(state, actor, act)


def test_no_clock_and_no_author_publishes_what_a_person_has_not_decided():
    ways = {(s, who, act) for (s, who, act), to in rules.TRANSITIONS.items() if to == "published"}
    assert {way for way in ways if way[1] != "moderator"} == {("proposed", "author", "release")}


def test_every_state_that_is_not_the_end_has_a_way_out_or_a_last_day():
    today = date(2026, 3, 2)
    for state in rules.STATES:
        leaves = any(here == state for here, _, _ in rules.TRANSITIONS)
        assert leaves or rules.ends_on(state, today)


@pytest.mark.parametrize(
    ("state", "days"),
    [
        ("proposed", 8),
        ("held", 8),
        ("returned", 31),
        ("declined", 21),
        ("removed", 21),
        ("withdrawn", 2),
        ("superseded", 2),
    ],
)
def test_a_state_ends_after_its_whole_days(state, days):
    assert rules.ends_on(state, date(2026, 3, 2)) == date(2026, 3, 2) + timedelta(days=days)


@pytest.mark.parametrize("state", ["waiting", "published", "hidden"])
def test_a_state_that_a_person_must_move_has_no_last_day(state):
    assert rules.ends_on(state, date(2026, 3, 2)) is None


@given(st.sampled_from(rules.STATES), st.sampled_from(["pending", "failed", "set aside"]))
def test_nothing_is_published_without_a_finished_screening(state, screening):
    assert not rules.may_publish(state, screening)


def test_scored_and_waiting_may_be_published():
    assert [state for state in rules.STATES if rules.may_publish(state, "done")] == [
        "waiting",
        "held",
        "hidden",
    ]


NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_a_return_reads_as_waiting_until_the_grace_window_is_over():
    until = NOW + rules.GRACE
    assert rules.state_for_author("returned", until, NOW) == "waiting"
    assert rules.state_for_author("returned", until, until) == "returned"
    assert rules.state_for_author("published", None, NOW) == "published"


@pytest.mark.parametrize(
    ("tier", "outcome", "state", "two"),
    [
        ("D", "publish", "waiting", True),
        ("E", "decline", "held", True),
        ("D", "return", "waiting", False),
        ("C", "publish", "waiting", False),
        ("D", "publish", "hidden", False),
        (None, "decline", "waiting", False),
    ],
)
def test_two_people_publish_or_decline_tiers_d_and_e(tier, outcome, state, two):
    assert rules.needs_two_people(tier, outcome, state) is two


def test_alone_only_when_nobody_else_is_there_or_half_an_hour_has_passed():
    assert rules.may_decide_alone(NOW, NOW, others_on_duty=0)
    assert not rules.may_decide_alone(NOW, NOW + timedelta(minutes=29), others_on_duty=1)
    assert rules.may_decide_alone(NOW, NOW + timedelta(minutes=30), others_on_duty=1)


def test_a_running_lease_of_somebody_else_keeps_a_review_closed():
    later = NOW + timedelta(minutes=1)
    assert not rules.may_claim("a", later, "b", NOW)
    assert rules.may_claim("a", later, "a", NOW)
    assert rules.may_claim("a", NOW, "b", NOW)
    assert rules.may_claim(None, None, "b", NOW)


@given(st.sampled_from(["B", "C", "D"]), st.integers(0, 50), st.booleans(), st.booleans())
def test_a_text_that_needs_care_is_always_taken(tier, waiting, paused, suspended):
    assert rules.may_send(waiting, tier, paused=paused, suspended=suspended) is None


@pytest.mark.parametrize(
    ("waiting", "paused", "suspended", "reason"),
    [
        (4, False, False, None),
        (5, False, False, "too many waiting"),
        (0, True, False, "paused"),
        (0, True, True, "suspended"),
    ],
)
def test_other_texts_are_taken_unless_something_stands_in_the_way(waiting, paused, suspended, reason):
    assert rules.may_send(waiting, "A", paused=paused, suspended=suspended) == reason


def test_the_band_says_little():
    assert rules.band(0, 0) == rules.History(True, "none")
    assert rules.band(3, 2) == rules.History(False, "some")
    assert rules.band(3, 3).strikes == "many"


def test_no_advice_where_somebody_asked_to_be_heard():
    assert "advice" not in rules.reply_modes("listen")
    assert "advice" in rules.reply_modes("advice")


@pytest.mark.parametrize(
    ("audience", "signed_in", "inside", "reads"),
    [
        ("everyone", False, False, True),
        ("members", False, False, False),
        ("members", True, False, True),
        ("invited", True, False, False),
        ("invited", True, True, True),
        ("invited", False, True, False),
    ],
)
def test_who_reads_a_circle(audience, signed_in, inside, reads):
    assert rules.may_read(audience, signed_in=signed_in, is_inside=inside) is reads


def test_acts_of_a_state_come_from_the_table():
    assert rules.acts_of("hidden", "author") == ["remove"]


@pytest.mark.parametrize(
    ("days", "before", "has_posts", "may"),
    [
        (30, None, True, True),
        (31, None, False, False),
        (0, None, False, False),
        (90, 30, False, True),
        (None, 30, False, True),
        (90, 30, True, False),
        (None, 30, True, False),
        (None, None, True, True),
        (7, 30, True, True),
        (30, 30, True, True),
    ],
)
def test_posts_never_stay_longer_than_was_said(days, before, has_posts, may):
    assert rules.may_keep_for(days, before, has_posts=has_posts) is may


# --- A person chooses the tier.


def found(*rules_and_tiers: str) -> tuple[Finding, ...]:
    """Findings such as `plan:D`; the kind is the part before a slash in the rule, or "x"."""
    made = []
    for at, one in enumerate(rules_and_tiers):
        rule, _colon, tier = one.partition(":")
        kind = "encouragement" if rule.startswith("encourage") else "x"
        made.append(Finding(rule, kind, tier or None, at, at + 1, "why"))  # type: ignore[arg-type]
    return tuple(made)


HOSTILE = {"insult": 0.99, "threat": 0.99}


@pytest.mark.parametrize(
    ("kind", "tier", "findings", "labels", "aim", "lane"),
    [
        ("submission", "B", ("plan:D",), {}, "self", "care"),
        ("submission", "C", (), {}, "other", "care"),
        ("submission", "D", (), HOSTILE, "other", "care"),
        ("submission", "A", ("plan:D",), HOSTILE, "other", "routine"),
        ("submission", None, ("plan:D",), {}, "self", "routine"),
        ("submission", None, ("plan:D",), HOSTILE, "other", "conduct"),
        ("submission", None, ("plan:D",), HOSTILE, "self", "routine"),
        ("submission", "E", (), {}, "other", "care"),
        ("submission", "E", ("method:E",), HOSTILE, "other", "care"),
        ("submission", "E", ("encourage:E",), {}, "other", "conduct"),
        ("report", "C", (), {}, "self", "care"),
        ("report", None, ("plan:D",), HOSTILE, "other", "reported"),
        ("appeal", "A", (), {}, "self", "appeal"),
    ],
)
def test_the_lane_of_a_tier_that_a_person_chose(kind, tier, findings, labels, aim, lane) -> None:
    assert rules.lane_of_choice(kind, tier, found(*findings), labels, aim) == lane


def weighed(*seen: str, chosen: str | None = None, before: str = "D") -> rules.Weighed:
    return rules.Weighed(seen, chosen, before, "mo")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("why", "lane", "findings", "by", "labels", "raised"),
    [
        ("nobody has weighed it", "care", ("plan:D",), None, {}, ("care", "D")),
        ("the same finding", "care", ("plan:D",), weighed("plan"), {}, ("routine", None)),
        ("fewer of them", "care", ("plan:D",), weighed("plan", "plan"), {}, ("routine", None)),
        ("once more", "care", ("plan:D", "plan:D"), weighed("plan"), {}, ("care", "D")),
        ("another one", "care", ("plan:D", "passive:B"), weighed("plan"), {}, ("care", "B")),
        ("a higher one", "care", ("passive:B", "plan:D"), weighed("passive"), {}, ("care", "D")),
        ("a flag weighs nothing", "care", ("plan:D", "medicine"), weighed("plan"), {}, ("routine", None)),
        ("hostile beside it", "care", ("plan:D",), weighed("plan"), HOSTILE, ("conduct", None)),
        ("left as distress", "care", ("plan:D",), weighed("plan", chosen="A"), HOSTILE, ("routine", None)),
        ("left in care", "care", ("plan:D",), weighed("plan", chosen="B"), {}, ("routine", None)),
        ("the watch list", "care", (), weighed("plan"), {}, ("care", None)),
        ("the watch list, weighed", "care", (), weighed("watch"), {}, ("routine", None)),
        ("worse than before", "conduct", ("encourage:E",), weighed(), {}, ("conduct", "E")),
    ],
)
def test_what_the_machine_may_still_raise(why, lane, findings, by, labels, raised) -> None:
    care = Care(most_urgent(found(*findings)), found(*findings))
    assert rules.raised_to(lane, care, by, labels, "other") == raised, why


@pytest.mark.parametrize(
    ("old", "present", "chosen", "expected"),
    [
        (None, "D", "B", ("D", "kim")),
        (None, None, "C", (None, "kim")),
        (weighed(before="D", chosen="B"), "B", None, ("D", "mo")),
        (weighed(before="D", chosen="B"), "D", None, ("D", "kim")),
        (weighed(before="B", chosen=None), "C", None, ("C", "kim")),
        (weighed(before="D", chosen=None), "C", None, ("D", "mo")),
    ],
)
def test_who_lowered_it_from_two_people_stays_named(old, present, chosen, expected) -> None:
    by = rules.weigh(old, found("plan:D", "medicine"), present, chosen, "kim")
    assert (by.before, by.by) == expected
    assert (by.rules, by.chosen) == (("plan",), chosen)
    assert by.lowered_from_two == (expected[0] == "D")


def test_who_lowered_it_does_not_decide_it_alone() -> None:
    assert rules.needs_two_people("B", "publish", "waiting", lowered_alone=True)
    assert not rules.needs_two_people("B", "hold", "waiting", lowered_alone=True)
    assert not rules.needs_two_people("B", "publish", "published", lowered_alone=True)
    assert not rules.needs_two_people("B", "publish", "waiting")


@pytest.mark.parametrize(
    ("state", "days", "under_care", "may"),
    [
        ("published", 0, True, True),
        ("published", 30, True, True),
        ("published", 31, True, False),
        ("published", 0, False, False),
        ("hidden", 1, True, True),
        ("returned", 1, True, True),
        ("declined", 1, True, True),
        ("removed", 1, True, True),
        ("withdrawn", 1, True, False),
        ("superseded", 1, True, False),
        ("waiting", 1, True, False),
    ],
)
def test_how_long_an_author_may_speak_on(state, days, under_care, may) -> None:
    last = date(2026, 3, 2)
    today = last + timedelta(days=days)
    assert rules.may_speak_on(state, last, today, under_care=under_care) is may
