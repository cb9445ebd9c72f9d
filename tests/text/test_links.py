"""Which addresses become links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.text.links import REL, is_link_attribute, link_target
from tests.text.hostile_texts import faults


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("https://a.example", "a.example"),
        ("http://A.Example/Path?x=Y#z", "a.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://a.xn--p1ai", "a.xn--p1ai"),
        ("https://xn--4dbrk0ce.example", "xn--4dbrk0ce.example"),
        ("https://xn--wgbh1c.example", "xn--wgbh1c.example"),
        ("https://en.wikipedia.org/wiki/Burnout_(psychology)", "en.wikipedia.org"),
        ("https://a.example?q=1", "a.example"),
        ("https://" + "a" * 56 + ".onion/", "a" * 56 + ".onion"),
    ],
)
def test_plain_web_addresses_are_links(typed: str, host: str) -> None:
    link = link_target(typed)
    assert link is not None and link.host == host
    assert is_link_attribute("a", "href", link.href)


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "a.example", "//a.example", "/\\a.example", "https:a.example", "https:/a.example",
        "https:///a.example", "https:\\\\a.example", "https://a.example\\@b.example", "https://u@a.example",
        "https://u:p@a.example", "https://a.example@b.example", "https://localhost", "https://a",
        "https://a.", "https://.a.example", "https://a..example", "https://a.example.",
        "https://-a.example", "https://a-.example", "https://a_b.example", "https://127.0.0.1",
        "https://127.1", "https://2130706433", "https://0x7f.1", "https://0x7f.0x1", "https://[::1]",
        "https://1.2.3.4.", "https://a.1", "https://a.example:80", "https://a.example:",
        "https://ex\u00e4mple.example", "https://\uff41.example", "https://a\u3002example",
        "https://a.example\u202e", "https://a.ex\u00adample", "https://a.example/\nx",
        "https://a.example/ x", "https://a.example/%0d%0ax", "https://a.example/%7F", "https://a.example/%",
        "https://a.example/%zz", "https://a.example/\"x", "https://a.example/<x", "https://a.example/`",
        "https://a.example/\x00", " https://a.example", "https://a.example ", "https://router.local",
        "https://a.lan/x", "https://b.localhost/", "https://a.home.arpa", "ftp://a.example", "javascript:1",
        "tel:116123", "sms:112", "mailto:a@b.example", "data:text/html,x", "view-source:https://a.example",
        "https://xn--/", "https://a.xn--", "https://" + "a" * 64 + ".example",
        "https://xn--a.example", "https://foo.xn--a.example", "https://xn--psd.example", "https://xn--80a.a.xn--a",
        "https://xn--a-ecp.example", "https://xn--bcher-kvÁ.example", "https://xn--kh-r3e.example",
        "https://xn--99999999.example", "https://xn--abc-.example", "https://xn--j6w193g0.example",
        "https://" + "a." * 130 + "example", "https://a.example/" + "x" * 1000,
    ],
)  # fmt: skip
def test_everything_else_is_no_link(typed: str) -> None:
    assert link_target(typed) is None
    assert not is_link_attribute("a", "href", typed)


def test_only_href_and_the_fixed_rel_may_stay() -> None:
    assert is_link_attribute("a", "rel", REL)
    assert not is_link_attribute("a", "rel", "opener")
    assert not is_link_attribute("a", "onclick", "https://a.example")
    assert not is_link_attribute("a", "href", "HTTPS://a.example")


@given(
    st.text(st.sampled_from("https:/\\@.#?%0aexample[]1-_~ \u00e9\u3002&='\"<>"), max_size=40).map(
        "https://a".__add__
    )
)
def test_a_link_always_passes_the_oracle_and_stays_the_same(typed: str) -> None:
    link = link_target(typed)
    if link is not None:
        href = link.href.replace("&", "&amp;")
        assert faults(f'<a href="{href}" rel="{REL}">x</a>') == []
        assert link_target(link.href) == link
