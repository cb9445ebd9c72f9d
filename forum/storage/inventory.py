"""What lies in the database: every column of every table, what it is, and how long it stays.

A guard test holds this against the tables as they are. The page "what the server knows about me" and the
documentation are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

CLASSES: dict[str, LazyString] = {
    "id": _l("a random number"),
    "link": _l("the random number of another row"),
    "name": _l("a name you chose to be seen under"),
    "public": _l("words that readers may see"),
    "sealed": _l("words under the server's key"),
    "vault": _l("sealed under your own key; the server cannot open it while you are away"),
    "key": _l("a key, wrapped"),
    "hash": _l("a keyed hash"),
    "state": _l("where something stands"),
    "count": _l("a count or an order"),
    "day": _l("a whole day"),
    "step": _l("a time in steps of ten minutes"),
    "moment": _l("a time about the program or the staff, not about you"),
    "machine": _l("what the machine found, without words"),
    "staff": _l("which of the staff did it"),
    "setting": _l("a setting of the forum"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what it is for, how long rows stay, and the class of each column."""

    words: LazyString
    keep: LazyString
    columns: dict[str, str]


def _table(words: LazyString, keep: LazyString, columns: str) -> Table:
    return Table(words, keep, dict(pair.split(":") for pair in columns.split()))


_FOREVER = _l("until you leave for good")
_TEXT = _l("with its text")
_SHOWN = _l("while it is published")
_RUNS = _l("as long as the forum runs")
_LOG = _l("for good; it holds no words")

TABLES: dict[str, Table] = {
    "member": _table(
        _l("Who may sign in. No name, address, time or text, and nothing that leads to a text."),
        _FOREVER,
        "id:id sign_in_hash:hash salt:count cost:setting wrapped_key:key recovery_hash:hash recovery_key:key",
    ),
    "vault": _table(
        _l("What only you can open: names, drafts, goals, bookmarks. No row says whose it is."),
        _l("until you delete it or leave for good; without your key it stays sealed"),
        "address:hash sealed:vault",
    ),
    "member_session": _table(
        _l("Open sessions. Who one belongs to is sealed under what only the browser holds."),
        _l("12 hours at most, and until you sign out"),
        "token_hash:hash sealed:vault ends_at:step",
    ),
    "pseudonym": _table(
        _l("Names people write under. No row leads to a member or to another name."),
        _l("as long as texts under it are kept, so that nobody can take it up"),
        "id:id name:name folded:name",
    ),
    "sanction": _table(
        _l("Strikes and suspensions of a name."),
        _l("until its last day"),
        "id:id pseudonym_id:link kind:state until:day decision_id:link",
    ),
    "mark": _table(
        _l("Thanks and the like, counted once per person. Whose a mark is, only your key can tell."),
        _l("until you take it back or leave for good"),
        "mark:hash kind:state object_id:link",
    ),
    "invite": _table(
        _l("Codes that open the door once. Nothing says who made or used one."),
        _l("until it is used, 30 days at most"),
        "code_hash:hash kind:state until:day",
    ),
    "planned_removal": _table(
        _l("Texts that go on a day because their author has left. Nothing ties them together."),
        _l("14 days at most"),
        "object_id:link kind:state day:day",
    ),
    "staff": _table(
        _l("Who moderates. Only staff see these names."),
        _l("the name for good, for the log; the member until the role ends"),
        "id:id member_id:link staff_name:staff role:state",
    ),
    "circle": _table(
        _l("The circles."),
        _RUNS,
        "id:id name:public description:public rules:public audience:setting topics:setting keep_days:setting "
        "place:count paused:public version:count",
    ),
    "circle_code": _table(
        _l("Codes of invited circles. Nothing says who used one."),
        _l("until its last day"),
        "code_hash:hash circle_id:link uses:count until:day",
    ),
    "thread": _table(
        _l("That there is a thread, of which kind."),
        _TEXT,
        "id:id circle_id:link kind:state wish:state topics:state closed:state card_id:link version:count",
    ),
    "post": _table(
        _l("That there is a post, and under which name."),
        _TEXT,
        "id:id thread_id:link pseudonym_id:link is_opening:state mode:state helped:state",
    ),
    "revision": _table(
        _l("Your texts as you sent them, in every version."),
        _l("published: until you remove it; taken back or replaced: 24 hours; declined or removed: 20 days"),
        "id:id post_id:link state:state written_by:state based_on:link removed_by:state sealed:sealed "
        "hash:hash renderer:count form_hash:hash submitted_at:step until:day grace_until:moment",
    ),
    "published_thread": _table(
        _l("What readers see in lists."),
        _SHOWN,
        "thread_id:link circle_id:link kind:state wish:state topics:state title:public pseudonym:name "
        "content_note:public replies:count answers:count day:day latest:count",
    ),
    "published_post": _table(
        _l("What readers see."),
        _SHOWN,
        "post_id:link revision_id:link thread_id:link circle_id:link pseudonym_id:link pseudonym:name "
        "is_opening:state mode:state title:public html:public plain:public content_note:public "
        "renderer:count edited:state helped:state card_id:link position:count day:day",
    ),
    "card": _table(
        _l("That a post is a strategy card, and which cards it builds on."),
        _TEXT,
        "card_id:link built_on:link also_on:link led_from:link",
    ),
    "published_card": _table(
        _l("Strategy cards that readers see."),
        _SHOWN,
        "card_id:link built_on:link also_on:link led_from:link summary:public version:count",
    ),
    "badge": _table(
        _l("Names that show a peer supporter's badge, by their wish."),
        _l("until the end of its quarter"),
        "pseudonym_id:link until:day told:state",
    ),
    "screening": _table(
        _l("What the machine found in a text: places and numbers, no words."),
        _TEXT,
        "subject_id:link state:state urgency:count attempts:count next_try_at:moment lease:id "
        "lease_until:moment findings:machine labels:machine marks:machine windows:count model:setting "
        "folded:machine tried_again:state problem:setting",
    ),
    "review": _table(
        _l("That moderators have a text to look at. The coarse history goes with the decision."),
        _l("with its text; the conversation's words 30 days after the last one"),
        "id:id kind:state revision_id:link post_id:link thread_id:link circle_id:link about_id:link "
        "open:state version:count lane:state tier:machine flags:machine aim:machine rank:count due_at:step "
        "band:state weighed:machine contact:state country:state sealed_words:sealed claimed_by:staff "
        "claimed_until:moment claimed_at:moment first_by:staff first_outcome:state first_at:moment "
        "for_lead:state awaits_author:state told_late:state alerts:count last_word_on:day decision_id:link",
    ),
    "decision": _table(
        _l("What a person decided about a text, and what its author was told."),
        _l("with its text; the words 180 days"),
        "id:id review_id:link revision_id:link revision_hash:hash staff_id:staff outcome:state rule:state "
        "content_note:public sealed_words:sealed reverses_id:link alone:state in_force:state lane:state "
        "tier:machine machine:machine day:day",
    ),
    "message": _table(
        _l("Private words between moderators and the author of a text."),
        _l("30 days after the last word, care notes 14"),
        "id:id review_id:link place:count side:state staff_id:staff sealed:sealed form_hash:hash day:day",
    ),
    "planned_check_in": _table(
        _l("That you allowed a check-in note about a text, and its day."),
        _l("until the note is left, about a week; at once when you stop it"),
        "id:id post_id:link step:state on:day",
    ),
    "notice": _table(
        _l("What a name is told."),
        _l("180 days, check-in notes 14"),
        "id:id pseudonym_id:link decision_id:link kind:state sealed:sealed not_before:moment day:day",
    ),
    "report": _table(
        _l("What somebody reported about a text. Nothing says who."),
        _l("90 days"),
        "id:id review_id:link reason:state by_visitor:state sealed:sealed day:day",
    ),
    "skip": _table(
        _l("That a moderator left a review to others for a while."),
        _l("until its time is over"),
        "review_id:link staff_id:staff until:moment",
    ),
    "desk_note": _table(
        _l("Notes that moderators leave each other."),
        _l("14 days"),
        "id:id kind:state staff_id:staff sealed:sealed day:day",
    ),
    "log_entry": _table(
        _l("The log of what moderators did."),
        _LOG,
        "place:count day:day staff_id:staff act:state object_kind:state object_id:link rule:state "
        "previous:hash hash:hash",
    ),
    "log_staged": _table(
        _l("Entries of the log of today; they join its chain at night, in random order."),
        _l("until the day is over"),
        "id:id day:day staff_id:staff act:state object_kind:state object_id:link rule:state mac:hash",
    ),
    "log_head": _table(_l("How many entries the log has."), _LOG, "name:state total:count mac:hash"),
    "policy": _table(
        _l("What leads have set, such as a pause of joining."),
        _RUNS,
        "name:setting version:count value:setting reason:public staff_id:staff day:day",
    ),
    "shift": _table(
        _l("When moderators are on duty."),
        _l("some weeks after it has ended"),
        "id:id staff_id:staff starts_at:moment ends_at:moment",
    ),
    "wait_count": _table(
        _l("How many decisions fell into an hour, after how long a wait."),
        _l("some weeks"),
        "day:day hour:count lane:state minutes:count count:count",
    ),
    "hand_count": _table(
        _l("How many decisions fell into a day, after how long a reading."),
        _l("some weeks"),
        "day:day lane:state minutes:count count:count",
    ),
    "alert_state": _table(
        _l("Whether calling for a moderator works."),
        _RUNS,
        "name:setting tried_at:moment failed_since:moment why:setting",
    ),
    "sign_of_life": _table(_l("Which parts of the program are running."), _RUNS, "name:setting at:moment"),
}
