"""What people do around a thread besides writing: react, follow, mute, close, say what helped."""

from __future__ import annotations

import re
import secrets

import pytest
from sqlalchemy import select

from forum.circles import actions, kept, reactions, tending
from forum.circles.models import Thread
from forum.circles.reviews import Changed
from forum.circles.writing import make_ready
from forum.members.models import Mark, VaultRow
from forum.members.vault import OpenVault
from forum.storage.clock import day_of, now
from forum.storage.database import db, writing
from tests import doing, factories
from tests.people import Person


@pytest.fixture
def circle_id(app) -> str:
    with writing():
        return factories.circle("Newcomers", audience="everyone").id


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_reaction_has_no_number_and_only_its_reader_and_writer_see_it(app, client, circle_id):
    ana, readers = Person(app), [Person(app) for _ in range(3)]
    post = doing.open_thread(ana.vault, circle_id)
    before = text_of(client.get(f"/t/{post.thread_id}").text)
    for reader in readers:
        sent = reader.browser.post(f"/posts/{post.id}/react", data={"word": "with you"})
        assert sent.location == f"/t/{post.thread_id}#p-{post.id}"
    assert text_of(client.get(f"/t/{post.thread_id}").text) == before
    own = readers[0].browser.get(f"/t/{post.thread_id}").text
    assert own.count('aria-pressed="true"') == 1
    assert "With you<span> ✓</span>" in own
    mine = ana.browser.get(f"/mine/{post.id}").text
    assert "With you" in mine
    assert "Me too" not in mine
    assert not re.search(r"\b3\b", text_of(mine))
    told = ana.browser.get("/notices").text
    assert told.count("Somebody left you a kind word.") == 1, "once for a word, not for each reader"
    assert "with you" in ana.browser.get("/kind-words").text


def test_a_reaction_can_be_taken_back_and_is_left_once(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    presses = [("word", ["me too"]), ("word", ["me too"]), ("take", []), ("take", []), ("word", ["me too"])]
    for verb, expected in presses:
        ben.browser.post(f"/posts/{post.id}/react", data={verb: "me too"})
        assert reactions.left_on(post.id) == expected
        assert db.session.query(Mark).count() == len(expected)


def test_nobody_reacts_to_themselves_or_to_what_cannot_be_read(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    assert ana.browser.post(f"/posts/{post.id}/react", data={"word": "me too"}).status_code == 409
    assert ben.browser.post(f"/posts/{post.id}/react", data={"word": "great"}).status_code == 409
    waiting = doing.reply(ana.vault, post.thread_id, "Quiet Heron", waits=True)
    for path in ("react", "helped", "mute"):
        hidden = ben.browser.post(f"/posts/{waiting.id}/{path}", data={"word": "me too"})
        unknown = ben.browser.post(f"/posts/{'A' * 22}/{path}", data={"word": "me too"})
        assert hidden.status_code == unknown.status_code == 404


def test_only_who_opened_a_challenge_says_what_helped(app, client, circle_id):
    ana, ben = Person(app), Person(app)
    challenge = doing.open_thread(ana.vault, circle_id, kind="challenge")
    answer = doing.reply(ben.vault, challenge.thread_id)
    path = f"/posts/{answer.id}/helped"
    assert ben.browser.post(path, data={"helped": "yes"}).status_code == 404
    assert ana.browser.post(path, data={"helped": "yes"}).status_code == 303
    assert "This helped" in text_of(client.get(f"/t/{challenge.thread_id}").text)
    assert "said that your reply helped" in ben.browser.get("/notices").text
    edited = make_ready("", "I hear you, still.", "", is_opening=False)
    with writing():
        actions.revise(actions.Sender(ben.vault, secrets.token_urlsafe(8)), answer.id, edited, now())
    doing.publish(answer.id)
    assert "This helped" in client.get(f"/t/{challenge.thread_id}").text, "an edit does not take it away"
    ana.browser.post(path, data={"helped": "no"})
    assert "This helped" not in client.get(f"/t/{challenge.thread_id}").text
    story = doing.open_thread(ana.vault, circle_id, title="A story")
    other = doing.reply(ben.vault, story.thread_id)
    with pytest.raises(Changed), writing():
        tending.name_what_helped(ana.vault, other.id, day_of(now()), helped=True)


def test_the_writer_closes_a_thread_for_replies_and_nobody_else(app, client, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    path = f"/t/{post.thread_id}"
    assert ben.browser.post(f"{path}/close", data={"closed": "yes"}).status_code == 404
    assert ana.browser.post(f"{path}/close", data={"closed": "yes"}).status_code == 303
    assert "has closed this thread" in client.get(path).text
    with pytest.raises(Changed):
        doing.reply(ben.vault, post.thread_id)
    ana.browser.post(f"{path}/close", data={"closed": "no"})
    assert doing.reply(ben.vault, post.thread_id).id


def test_follows_and_bookmarks_lie_in_the_vault_and_show_new_replies(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ben.vault, circle_id)
    path = f"/t/{post.thread_id}"
    tables = {table.name for table in db.metadata.sorted_tables} - {"vault"}
    before = {name: count_rows(name) for name in tables}
    ana.browser.post(f"{path}/keep", data={"what": "follow", "on": "yes"})
    ana.browser.post(f"{path}/keep", data={"what": "bookmark", "on": "yes"})
    assert {name: count_rows(name) for name in tables} == before, "only the vault knows"
    page = ana.browser.get("/kept").text
    assert page.count("After the night shift") == 2
    assert "New replies" not in page
    doing.reply(ben.vault, post.thread_id, "Quiet Heron")
    assert "New replies" in ana.browser.get("/kept").text
    ana.browser.post("/kept/read")
    assert "New replies" not in ana.browser.get("/kept").text
    for what in ("follow", "bookmark"):
        ana.browser.post(f"{path}/keep", data={"what": what, "on": "no"})
    assert "Nothing kept yet" in ana.browser.get("/kept").text
    assert ana.browser.post(f"{path}/keep", data={"what": "own", "on": "no"}).status_code == 400


def count_rows(table: str) -> int:
    return db.session.execute(db.text(f"SELECT count(*) FROM {table}")).scalar()


def test_a_muted_name_is_folded_away_for_one_reader(app, client, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ben.vault, circle_id)
    doing.reply(ben.vault, post.thread_id, "Quiet Heron", body="Loud words.")
    ana.browser.post(f"/posts/{post.id}/mute")
    assert ana.browser.get(f"/t/{post.thread_id}").text.count("You muted this name.") == 2
    assert "You muted" not in client.get(f"/t/{post.thread_id}").text
    page = ana.browser.get("/kept").text
    assert "Quiet Heron" in page
    name_id = re.search(r'name="name_id" value="([^"]+)"', page).group(1)
    ana.browser.post("/kept/unmute", data={"name_id": name_id})
    assert "You muted" not in ana.browser.get(f"/t/{post.thread_id}").text


def test_what_is_kept_survives_long_lists(app):
    vault = OpenVault(secrets.token_bytes(32))
    ids = [secrets.token_urlsafe(16) for _ in range(70)]
    with writing():
        for thread_id in ids:
            kept.keep(vault, thread_id, 1, bookmark=True)
    assert [one.id for one in kept.threads(vault)] == ids
    with writing():
        kept.keep(vault, ids[3], 1, bookmark=False)
        kept.keep(vault, "B" * 22, 1, follow=True)
    assert {one.id for one in kept.threads(vault)} == {*ids, "B" * 22} - {ids[3]}
    assert db.session.scalars(select(VaultRow.address)).all()


def test_a_thread_page_stays_cheap_with_everything_on(app, client, circle_id, count_statements):
    ana, ben = Person(app), Person(app)
    card = doing.card(ben.vault).thread_id
    post = doing.open_thread(ben.vault, circle_id, kind="challenge")
    path = f"/t/{post.thread_id}"
    ana.browser.post(f"/library/{card}/save", data={"on": "yes"})
    for number in range(12):
        one = doing.reply(ben.vault, post.thread_id, f"Name {chr(97 + number) * 3}", card=card)
        ana.browser.post(f"/posts/{one.id}/react", data={"word": "with you"})
    ana.browser.post(f"/posts/{one.id}/mute")
    ana.browser.post(f"{path}/keep", data={"what": "follow", "on": "yes"})
    for browser, most in ((client, 4), (ana.browser, 7), (ben.browser, 7)):
        with count_statements() as ran:
            assert browser.get(path).status_code == 200
        assert not ran.writes
        assert len(ran) <= most, list(ran)


def test_a_filter_narrows_a_circle_and_its_pages(app, client, circle_id):
    ana = Person(app)
    doing.open_thread(ana.vault, circle_id, title="About grief", kind="challenge", topics=("sad", "nights"))
    doing.open_thread(ana.vault, circle_id, "Quiet Heron", title="About joy", topics=("proud",))
    listed = {
        query: re.findall(r"About (\w+)", client.get(f"/c/{circle_id}?{query}").text)
        for query in ("", "tag=sad", "tag=nights", "kind=challenge", "tag=proud", "tag=x", "needs=reply")
    }
    both = ["joy", "grief"]
    assert listed == {
        "": both,
        "tag=sad": ["grief"],
        "tag=nights": ["grief"],
        "kind=challenge": ["grief"],
        "tag=proud": ["joy"],
        "tag=x": both,
        "needs=reply": both,
    }
    assert "Nothing like that here" in client.get(f"/c/{circle_id}?kind=workshop").text


def test_hints_are_shown_to_the_author_only_blurred_on_wish_and_never_kept(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ben.vault, circle_id, wish="listen")
    path = f"/t/{post.thread_id}"
    fields = {
        "mode": "support",
        "body": "You should just quit. Write to me at heron@example.org.",
        "pseudonym": "Kind Sycamore",
        "form_key": "k" * 22,
    }
    before = {name: count_rows(name) for name in ("post", "revision", "vault")}
    shown = ana.browser.post(path, data={**fields, "preview": "yes"}).text
    assert "heron@example.org" in shown
    assert "This could say who you or others are" in shown
    assert "asked to be heard" in shown
    blurred = ana.browser.post(path, data={**fields, "preview": "blur"}).text
    assert "heron@example.org" not in blurred
    assert "[an e-mail address]" in blurred
    plain = ana.browser.post(path, data={**fields, "preview": "plain"}).text
    assert "Only you see this" not in plain
    assert "heron@example.org" in plain
    assert {name: count_rows(name) for name in before} == before
    assert ana.browser.post(path, data=fields).status_code == 303, "a hint never keeps from sending"


def test_hints_for_a_new_thread_look_at_the_title_too(app, circle_id):
    ana = Person(app)
    fields = {
        "kind": "story",
        "wish": "listen",
        "title": "My number is +44 20 7946 0958",
        "body": "He is a schizo.",
        "pseudonym": "Kind Sycamore",
        "form_key": "k" * 22,
    }
    shown = ana.browser.post(f"/c/{circle_id}/new", data={**fields, "preview": "yes"}).text
    assert "a person with schizophrenia" in shown
    blurred = ana.browser.post(f"/c/{circle_id}/new", data={**fields, "preview": "blur"}).text
    assert "7946" not in blurred
    assert db.session.scalars(select(Thread)).all() == []
