from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from forum.screening import prepare
from forum.screening.engine import Engine, ScreeningUnavailable, load_engine
from forum.screening.opening import (
    ADAPTER_FILE,
    ADAPTER_SHA256,
    BUNDLED_FILE,
    BUNDLED_SHA256,
    Pinned,
    Source,
    find_source,
    open_detoxify,
)
from forum.screening.screen import screen_text

TEXTS = (
    "I am worn down and I do not know how to tell my manager.",
    "You are a worthless idiot.",
    "",
    "thank you, this helped me through the week",
    "I hate this printer. " * 30,
)
INSULT = "You are a pathetic worthless idiot and I will find you."


class Fixed:
    """A backend that answers with what it is told."""

    labels: tuple[str, ...] = ("toxicity", "insult", "threat")

    def __init__(self, answer: Sequence[float], labels: tuple[str, ...] = labels) -> None:
        self.answer, self.labels = answer, labels
        self.asked: list[str] = []

    def offsets(self, text: str) -> Sequence[tuple[int, int]]:
        return [(at, at + 1) for at in range(len(text))]

    def scores(self, text: str) -> Sequence[float]:
        self.asked.append(text)
        return self.answer


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="module")
def engine(cache: Path) -> Engine:
    return load_engine("bundled", "onnx", cache)


def test_a_score_that_is_none_is_refused() -> None:
    for wrong in (math.nan, math.inf, -0.1, 1.1):
        with pytest.raises(ScreeningUnavailable, match="not a score"):
            Engine(Fixed([0.1, wrong, 0.1]), "m").score("hello")
    with pytest.raises(ScreeningUnavailable, match="number of labels"):
        Engine(Fixed([0.1]), "m").score("hello")


def test_other_labels_are_refused() -> None:
    with pytest.raises(ScreeningUnavailable, match="label"):
        Engine(Fixed([0.1, 0.1], ("toxicity", "joy")), "m")
    with pytest.raises(ScreeningUnavailable, match="twice"):
        Engine(Fixed([0.1] * 4, ("toxicity", "insult", "threat", "threat")), "m")


def test_all_of_a_long_text_is_asked_about() -> None:
    backend = Fixed([0.0, 0.0, 0.0])
    text = "".join(chr(0x4E00 + at) for at in range(2000))
    scored = Engine(backend, "m").score(text)
    assert scored.windows == len(backend.asked)
    assert set("".join(backend.asked)) == set(text)


def test_sentences_are_marked_only_where_a_window_is_near() -> None:
    calm, harsh = Fixed([0.1, 0.1, 0.1]), Fixed([0.99, 0.99, 0.99])
    text = "One sentence here. Another one there."
    assert Engine(calm, "m").score(text).marks == ()
    assert len(calm.asked) == 1
    marks = Engine(harsh, "m").score(text).marks
    assert {text[mark.start : mark.end] for mark in marks} == {"One sentence here.", "Another one there."}


def test_lone_surrogates_are_scored() -> None:
    assert Engine(Fixed([0.1, 0.1, 0.1]), "m").score("a\ud800b").labels["insult"] == 0.1


def test_missing_and_unpinned_files_say_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ScreeningUnavailable, match="missing"):
        load_engine(str(tmp_path / "none.ckpt"), "onnx", tmp_path)
    assert not caplog.records, "nothing steps in for a file that is not there"
    (tmp_path / "some.ckpt").write_bytes(b"x")
    with pytest.raises(ScreeningUnavailable, match="not pinned"):
        load_engine(str(tmp_path / "some.ckpt"), "detoxify", tmp_path)


def test_a_changed_checkpoint_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "some.ckpt"
    path.write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    path.with_name("some.ckpt.sha256").write_text("0" * 64 + "  some.ckpt\n")
    for kind in ("onnx", "detoxify"):
        with pytest.raises(ScreeningUnavailable, match="SHA-256"):
            load_engine(str(path), kind, tmp_path)


def test_a_pinned_file_of_rubbish_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "some.ckpt"
    path.write_bytes(b"rubbish")
    path.with_name("some.ckpt.sha256").write_text(hashlib.sha256(b"rubbish").hexdigest())
    with pytest.raises(ScreeningUnavailable, match="does not load"):
        open_detoxify(find_source(str(path), tmp_path))


def test_the_bundled_checkpoint_is_the_pinned_one() -> None:
    assert hashlib.sha256(BUNDLED_FILE.read_bytes()).hexdigest() == BUNDLED_SHA256
    assert hashlib.sha256(ADAPTER_FILE.read_bytes()).hexdigest() == ADAPTER_SHA256
    files = [path for path in BUNDLED_FILE.parent.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 32_000_000


def test_an_adapter_is_pinned_as_a_checkpoint_is(tmp_path: Path) -> None:
    bundled = Pinned(BUNDLED_FILE, BUNDLED_SHA256)
    changed = tmp_path / "some.adapter"
    with pytest.raises(ScreeningUnavailable, match=r"some\.adapter cannot be read"):
        open_detoxify(Source("kindred", bundled, Pinned(changed, ADAPTER_SHA256)))
    changed.write_bytes(b"rubbish")
    with pytest.raises(ScreeningUnavailable, match=r"some\.adapter is not the pinned one"):
        open_detoxify(Source("kindred", bundled, Pinned(changed, ADAPTER_SHA256)))


def test_a_screening_names_the_checkpoint_and_its_adapter(tmp_path: Path) -> None:
    source = find_source("bundled", tmp_path)
    assert source.model == f"kindred@{BUNDLED_SHA256[:12]}+{ADAPTER_SHA256[:12]}"
    other = Source(source.name, source.checkpoint, Pinned(ADAPTER_FILE, "0" * 64))
    assert prepare.folder_of(other, tmp_path) != prepare.folder_of(source, tmp_path)


@pytest.mark.model
def test_prepared_scores_agree_with_the_package_and_ignore_their_neighbours(
    engine: Engine, cache: Path
) -> None:
    package = open_detoxify(find_source("bundled", cache))
    for text in TEXTS:
        expected = package.predict(text)
        for _ in range(2):
            ours = engine.score(text).labels
            assert ours.keys() == expected.keys()
            assert max(abs(ours[label] - expected[label]) for label in ours) <= 1e-4
    reference = load_engine("bundled", "detoxify", cache)
    long = "It was a quiet week at work and we talked. " * 40 + INSULT
    plain, exact = engine.score(long), reference.score(long)
    assert plain.windows == exact.windows > 1
    assert max(abs(plain.labels[label] - exact.labels[label]) for label in plain.labels) <= 1e-4


@pytest.mark.model
def test_an_insult_after_600_harmless_tokens_is_still_seen(engine: Engine) -> None:
    text = "Today we cooked soup, and my sister told me about the garden. " * 45 + INSULT
    alone, after = engine.score(INSULT).labels, engine.score(text)
    assert after.windows >= 3
    assert after.labels["toxicity"] > 0.7 * alone["toxicity"]
    assert any(INSULT in text[mark.start : mark.end] for mark in after.marks)


@pytest.mark.model
def test_disguise_changes_nothing_and_marks_point_at_what_was_typed(engine: Engine) -> None:
    typed = "Hello all. You are a w0rthl3ss id\u200biot."
    screened = screen_text(typed, engine)
    assert "disguised" in screened.flags or screened.labels["insult"] > 0.5
    assert screened.lane == "conduct"
    assert all(0 <= mark.start < mark.end <= len(typed) for mark in screened.marks)


@pytest.mark.model
def test_distress_is_not_conduct_and_cruelty_is(engine: Engine) -> None:
    assert screen_text("I am worthless and I ruin everything", engine).lane != "conduct"
    assert screen_text("You are worthless and you ruin everything", engine).lane == "conduct"
    assert screen_text("You bring this on yourself, nobody here is surprised", engine).lane == "conduct"


@pytest.mark.model
def test_labels_of_an_unread_language_are_void(engine: Engine) -> None:
    screened = screen_text("Ich weiß nicht mehr weiter, du bist so dumm und ich hasse das alles hier", engine)
    assert (screened.labels, screened.lane, screened.flags) == ({}, "routine", ("unread-language",))


@pytest.mark.model
def test_the_worker_never_has_torch_in_memory(engine: Engine, cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from forum.screening.engine import load_engine; "
        "load_engine('bundled', 'onnx', Path(sys.argv[1])).score('hello'); "
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(cache)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.model
def test_a_damaged_preparation_is_made_anew_or_the_package_steps_in(
    engine: Engine,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = prepare.folder_of(find_source("bundled", cache), cache)
    assert prepare.read_prepared(folder) is not None
    copy = tmp_path / folder.name
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "model.onnx").write_bytes(b"half")
    assert prepare.read_prepared(copy) is None

    def fails(checkpoint: str, cache_dir: Path) -> None:
        raise ScreeningUnavailable("no room")

    monkeypatch.setattr(prepare, "_prepare_in_a_process", fails)
    stepped_in = load_engine("bundled", "onnx", tmp_path)
    assert stepped_in.model == engine.model
    assert "no room" in caplog.text
    assert stepped_in.score(INSULT).labels["toxicity"] == pytest.approx(
        engine.score(INSULT).labels["toxicity"], abs=1e-4
    )


def test_a_prepared_folder_without_its_description_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "prepared.json").write_text(json.dumps({"labels": []}))
    assert prepare.read_prepared(tmp_path) is None
