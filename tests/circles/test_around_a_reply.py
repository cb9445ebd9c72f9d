"""Nothing on the page of a thread loses a reply that is being written; quotes; what is new and newest."""

from __future__ import annotations

import re

import pytest

from forum.circles import actions, drafts, kept, queries, reactions
from forum.storage.clock import now
from forum.storage.database import writing
from tests import doing, factories
from tests.people import Person

TYPED = {"mode": "question", "body": "Half a thought", "pseudonym": "Kind Sycamore", "form_key": "k" * 22}


@pytest.fixture
def circle_id(app) -> str:
    with writing():
        return factories.circle("Newcomers", audience="everyone").id


def reply_in(page: str) -> str:
    return re.search(r'<textarea[^>]* id="body".*?>\n(.*?)</textarea>', page, re.DOTALL).group(1)


@pytest.mark.parametrize(
    ("path", "pressed"),
    [
        ("/posts/{post}/react", {"word": "me too"}),
        ("/posts/{post}/mute", {"mute": "yes"}),
        ("/t/{thread}/keep?what=follow", {"on": "yes"}),
        ("/t/{thread}/keep", {"what": "read"}),
    ],
)
def test_a_button_gives_a_half_written_reply_back(app, circle_id, path, pressed):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    path = path.format(post=post.id, thread=post.thread_id)
    assert ben.browser.post(path, data={**TYPED, "body": " ", **pressed}).status_code == 303
    answer = ben.browser.post(path, data={**TYPED, **pressed})
    assert answer.status_code == 200
    assert reply_in(answer.text) == "Half a thought"
    assert re.search(r'value="question" checked', answer.text)
    assert 'name="form_key" value="' + "k" * 22 in answer.text


def test_who_opened_a_challenge_says_what_helped_and_keeps_their_words(app, circle_id):
    ana, ben = Person(app), Person(app)
    challenge = doing.open_thread(ana.vault, circle_id, kind="challenge")
    answer = doing.reply(ben.vault, challenge.thread_id)
    page = ana.browser.post(f"/posts/{answer.id}/helped", data={**TYPED, "helped": "yes"}).text
    assert reply_in(page) == "Half a thought"
    page = ana.browser.post(f"/t/{challenge.thread_id}/close", data={**TYPED, "closed": "yes"}).text
    assert "has closed this thread" in page
    assert reply_in(page) == "Half a thought", "the words stay there to be copied"
    assert 'id="reply-form"' in page, "and the thread can be opened again"


def test_a_script_gets_no_page(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    answer = ben.browser.post(f"/posts/{post.id}/react", data={"word": "me too", "stay": "yes"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert reactions.left_on(post.id) == ["me too"]


def test_a_quote_has_few_words_no_name_and_the_content_note(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(
        ana.vault, circle_id, body="One line.\n\n" + "word " * 200, note="suicidal-thoughts"
    )
    path = f"/t/{post.thread_id}"
    page = ben.browser.post(path, data={**TYPED, "quote": post.id}).text
    lines = reply_in(page).split("\n")
    assert lines[:2] == ["Half a thought", ""]
    assert lines[2].startswith("&gt; One line. word word")
    assert len(lines[2]) <= 310
    assert "Heron" not in reply_in(page)
    assert re.search(r'value="suicidal-thoughts" selected', page)


def test_only_what_stands_in_the_thread_can_be_quoted(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    waiting = doing.reply(ana.vault, post.thread_id, "Quiet Heron", body="Not yet read.", waits=True)
    elsewhere = doing.open_thread(ana.vault, circle_id, "Quiet Heron", title="Another")
    for post_id in (waiting.id, elsewhere.id, "A" * 22, "x"):
        page = ben.browser.post(f"/t/{post.thread_id}", data={**TYPED, "quote": post_id}).text
        assert reply_in(page) == "Half a thought"


def test_the_coach_reads_no_quoted_words(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id, wish="listen")
    quoting = {
        **TYPED,
        "mode": "support",
        "body": "> You should quit.\n\nThat sounds exhausting. I hear you.",
    }
    page = ben.browser.post(f"/t/{post.thread_id}", data={**quoting, "preview": "yes"}).text
    assert "may land better without advice" not in page
    page = ben.browser.post(
        f"/t/{post.thread_id}", data={**quoting, "body": "You should quit.", "preview": "yes"}
    ).text
    assert "may land better without advice" in page


def test_what_came_since_a_reader_said_read_is_marked(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    doing.reply(ana.vault, post.thread_id, "Quiet Heron", body="The first.")
    path = f"/t/{post.thread_id}"
    ben.browser.post(f"{path}/keep", data={"what": "follow", "on": "yes"})
    assert "New since you last read" not in ben.browser.get(path).text
    new = doing.reply(ana.vault, post.thread_id, "Quiet Heron", body="The second.")
    page = ben.browser.get(path).text
    assert page.index("The first.") < page.index("New since you last read") < page.index(f'id="p-{new.id}"')
    assert "New since you last read" not in ana.browser.get(path).text
    assert "New replies" in ben.browser.get(f"/c/{circle_id}").text
    assert "New replies" not in ana.browser.get(f"/c/{circle_id}").text
    ben.browser.post(f"{path}/keep", data={"what": "read"})
    assert "New since you last read" not in ben.browser.get(path).text


def test_the_newest_replies_of_a_long_thread(app, client, circle_id, monkeypatch):
    ana = Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    path = f"/t/{post.thread_id}"
    for number in range(5):
        doing.reply(ana.vault, post.thread_id, "Quiet Heron", body=f"Reply {number}.")
    page = client.get(path).text
    assert page.index('href="#newest"') < page.index('id="newest"') < page.index("Reply 4.")
    monkeypatch.setattr(queries, "POSTS_A_PAGE", 3)
    assert f'href="{path}?after=newest#newest"' in ana.browser.get(path).text
    rows = queries.posts_of(post.thread_id, queries.NEWEST)
    assert [row.position for row in rows] == sorted(row.position for row in rows)
    assert rows[-1].position == 5


def test_a_reply_is_kept_as_a_draft_and_offered_again_where_it_belongs(app, client, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id)
    path = f"/t/{post.thread_id}"
    reply = {**TYPED, "content_note": "self-harm"}
    answer = ben.browser.post(path, data={**reply, "draft_wanted": "yes"}, follow_redirects=True)
    assert "Your draft is kept for 14 days." in answer.text
    assert f'href="{path}#reply"' in answer.text
    again = ben.browser.get(path).text
    assert reply_in(again) == "Half a thought"
    assert "This is your draft." in again
    assert re.search(r'value="question" checked', again)
    assert re.search(r'value="self-harm" selected', again)
    assert 'value="Kind Sycamore"' in again
    assert "k" * 22 not in again, "a form of its own is sent later"
    assert reply_in(ana.browser.get(path).text) == ""
    assert "Half a thought" not in client.get(path).text
    ben.browser.post(path, data={**TYPED, "body": "A whole thought", "draft_wanted": "yes"})
    assert ben.browser.get("/mine").text.count(f'href="{path}#reply"') == 1
    assert ben.browser.post(path, data={**TYPED, "body": "A whole thought", "mode": "support"}).location
    assert reply_in(ben.browser.get(path).text) == "", "what is sent is no draft any more"
    assert f'href="{path}#reply"' not in ben.browser.get("/mine").text


def test_a_draft_of_a_reply_costs_the_thread_no_statement(app, circle_id, count_statements):
    ben = Person(app)
    post = doing.open_thread(Person(app).vault, circle_id)
    path = f"/t/{post.thread_id}"
    counts = []
    for _time in range(2):
        with count_statements() as ran:
            ben.browser.get(path)
        assert not ran.writes
        counts.append(len(ran))
        ben.browser.post(path, data={**TYPED, "draft_wanted": "yes"})
    assert counts[0] == counts[1] <= 6


def test_a_draft_can_be_let_go_and_goes_by_itself(app, circle_id, clock):
    ben = Person(app)
    first = doing.open_thread(Person(app).vault, circle_id)
    second = doing.open_thread(Person(app).vault, circle_id, "Calm Badger", title="Another")
    for post in (first, second):
        ben.browser.post(f"/t/{post.thread_id}", data={**TYPED, "draft_wanted": "yes"})
    page = ben.browser.post("/mine/drafts/drop", data={"draft": first.thread_id}, follow_redirects=True).text
    assert "The draft is gone." in page
    assert f'href="/t/{first.thread_id}#reply"' not in page
    assert reply_in(ben.browser.get(f"/t/{first.thread_id}").text) == ""
    assert reply_in(ben.browser.get(f"/t/{second.thread_id}").text) == "Half a thought"
    clock.shift(15 * 86_400)
    late = Person(app, key=ben.key)
    assert reply_in(late.browser.get(f"/t/{second.thread_id}").text) == ""
    assert f'href="/t/{second.thread_id}#reply"' not in late.browser.get("/mine").text
    late.browser.post("/mine/drafts/drop", data={"draft": "none"})
    with writing():
        assert late.vault.about(drafts.REPLY, second.thread_id) is None, "the next draft takes the old along"


def test_words_whose_thread_is_gone_are_still_there_to_copy(app, circle_id):
    ana, ben = Person(app), Person(app)
    post = doing.open_thread(ana.vault, circle_id, title="Secret now")
    ben.browser.post(f"/t/{post.thread_id}", data={**TYPED, "draft_wanted": "yes"})
    with writing():
        actions.remove(ana.vault, post.id, now())
    page = ben.browser.get("/mine").text
    assert "Half a thought" in page
    assert "Its thread cannot be read at the moment" in page
    assert "Secret now" not in page


def test_what_cannot_be_kept_as_a_draft_comes_back(app, circle_id):
    ben = Person(app)
    post = doing.open_thread(Person(app).vault, circle_id)
    paths = {f"/t/{post.thread_id}": {}, f"/c/{circle_id}/new": {"title": "A title", "kind": "story"}}
    for path, more in paths.items():
        long = "ü" * 40_000
        answer = ben.browser.post(path, data={**TYPED, **more, "body": long, "draft_wanted": "yes"})
        assert answer.status_code == 422
        assert long in answer.text
    empty = ben.browser.post(f"/t/{post.thread_id}", data={**TYPED, "body": " ", "draft_wanted": "yes"})
    assert empty.status_code == 422


def test_a_thread_of_two_hundred_replies_is_read_by_pages_and_from_what_is_new(app, client, count_statements):
    with writing():
        thread = factories.published_thread(factories.circle("Long", audience="everyone"), replies=200).id
    ben = Person(app)
    path, seen, pages = f"/t/{thread}", [], 0
    here = path
    while here:
        page = client.get(here).text
        seen += re.findall(r'<article[^>]* id="(p-[^"]+)"', page)
        pages += 1
        more = re.search(r'href="([^"]+)"[^>]*>\s*More replies', page)
        here = more.group(1) if more else None
    assert (pages, len(seen), len(set(seen))) == (5, 201, 201)
    with writing():
        kept.keep(ben.vault, thread, 200, follow=True)
    for unread, marked in ((20, seen[-20]), (130, seen[-130])):
        with writing():
            kept.read(ben.vault, {thread: 200 - unread})
        first = re.search(r'href="([^"#]+)#new">To what is new', ben.browser.get(path).text).group(1)
        with count_statements() as ran:
            page = ben.browser.get(first).text
        assert len(ran) <= 6
        assert re.search(r'id="new".*?<article[^>]* id="([^"]+)"', page, re.DOTALL).group(1) == marked
    end = ben.browser.get(f"{path}?after=newest").text
    assert re.findall(r'<article[^>]* id="(p-[^"]+)"', end) == seen[-50:]
    assert ben.browser.get(f"{path}?after=last.99999999").status_code == 200
    assert "To what is new" not in client.get(path).text
