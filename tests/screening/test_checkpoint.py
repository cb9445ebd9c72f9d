from __future__ import annotations

import csv
import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from forum.screening.checkpoint import contrast, corpus
from forum.screening.checkpoint.figures import auc, fit_scale, share_interval
from forum.screening.checkpoint.labels import KAGGLE, LABELS, row
from forum.screening.checkpoint.noise import without_punctuation


def test_half_of_the_templates_are_held_back_in_both_directions() -> None:
    templates = contrast.read_templates()
    assert len(templates) > 2000
    for hostile in (True, False):
        own = [one for one in templates if one.hostile == hostile]
        assert 0.4 < sum(one.held_back for one in own) / len(own) < 0.6


def test_every_template_fills_and_no_held_back_charge_reaches_training() -> None:
    chance, slots = random.Random(1), contrast.read_slots()
    held = set(contrast.charges_of(True)["charge"])
    assert not held & set(contrast.charges_of(False)["charge"])
    for template in contrast.read_templates():
        assert "{" not in contrast.fill(template, slots, chance)


def test_made_up_posts_are_hostile_by_turns() -> None:
    templates = tuple(one for one in contrast.read_templates() if not one.held_back)
    rows = list(contrast.posts(templates, ["A plain line."], 40, random.Random(2)))
    high = [max(row.targets[LABELS.index("toxicity")], row.targets[LABELS.index("threat")]) for row in rows]
    assert all(value >= 0.7 for value in high[1::2])
    assert all(value <= 0.2 for value in high[::2])


def test_the_same_words_stand_in_either_mouth() -> None:
    said = contrast.charges_of(False)
    assert "you ruin everything you touch" in said["charge"] + contrast.charges_of(True)["charge"]
    assert not any("you" in charge.split() for charge in said["mycharge"])


def test_area_and_intervals() -> None:
    truth = np.array([0, 0, 1, 1])
    assert auc(np.array([0.1, 0.2, 0.3, 0.4]), truth) == 1.0
    assert auc(np.array([0.4, 0.3, 0.2, 0.1]), truth) == 0.0
    assert auc(np.array([0.5, 0.5, 0.5, 0.5]), truth) == 0.5
    low, high = share_interval(0, 100)
    assert low == 0.0
    assert 0.03 < high < 0.04


def test_calibration_finds_the_natural_rate() -> None:
    chance = np.random.default_rng(1)
    logits = chance.normal(0, 2, 4000)
    truth = (chance.random(4000) < 1 / (1 + np.exp(-(logits - 2)))).astype(float)
    a, b = fit_scale(logits, truth)
    assert (1 / (1 + np.exp(-(a * logits + b)))).mean() == pytest.approx(truth.mean(), abs=0.01)


def test_punctuation_goes_as_in_the_normalised_rows() -> None:
    assert without_punctuation("Don't SHOUT, at me!!") == "don't shout at me"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A few rows of our own in the shape of the data files."""
    for name in ("jigsaw_train.csv.gz", "jigsaw_dev.csv.gz"):
        with gzip.open(tmp_path / name, "wt", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["id", "comment_text", *KAGGLE])
            for number in range(12):
                harsh = number % 2
                text = "you are a silly fool" if harsh else "the page needs a source"
                writer.writerow([number, f"{text} {number}", harsh, 0, 0, 0, harsh, 0])
    with gzip.open(tmp_path / "abuse_train_extra.jsonl.gz", "wt") as lines:
        for label in (1, 0, None):
            entry = {"text": "some words", "label": label, "source": "hatemojibuild", "functionality": "none"}
            lines.write(json.dumps(entry) + "\n")
    return tmp_path


def test_extras_say_only_what_they_know(data: Path) -> None:
    rows = list(corpus.read_extras(data / "abuse_train_extra.jsonl.gz", ("hatemojibuild",)))
    known = [{label for label, weight in zip(LABELS, row.weights, strict=True) if weight} for row in rows]
    assert known == [{"toxicity", "identity_attack"}, {"toxicity", "identity_attack"}, set()]


@pytest.mark.model
@pytest.mark.filterwarnings("ignore")
def test_a_few_steps_of_training_lower_the_loss_and_write_a_checkpoint(data: Path, tmp_path: Path) -> None:
    from forum.screening.checkpoint import learning
    from forum.screening.checkpoint.refine import load_student
    from forum.screening.checkpoint.saving import save_checkpoint
    from forum.screening.checkpoint.train import arrays
    from forum.screening.opening import BUNDLED_FILE

    base = BUNDLED_FILE.parent / "encoder"
    model = load_student(BUNDLED_FILE)
    rows = list(corpus.read_jigsaw(data / "jigsaw_train.csv.gz"))
    encoded = learning.encode(base, [row.text for row in rows])
    targets, weights = arrays(rows)
    losses = learning.fit(model, encoded, 1 - targets, weights, epochs=3, rate=3e-4, seed=1, size=6)
    assert losses[-1] < losses[0]
    path = save_checkpoint(model, base, tmp_path / "new" / "new.ckpt")
    assert learning.logits_of(load_student(path), encoded).shape == (12, 6)


@pytest.mark.model
def test_a_blend_is_the_mean_of_its_parts_and_shares_add_up(tmp_path: Path) -> None:
    import torch

    from forum.screening.checkpoint.blend import blend
    from forum.screening.checkpoint.refine import load_student
    from forum.screening.checkpoint.saving import save_checkpoint
    from forum.screening.opening import BUNDLED_FILE

    model = load_student(BUNDLED_FILE)
    with torch.no_grad():
        model.classifier.bias += 1
    other = save_checkpoint(model, BUNDLED_FILE.parent / "encoder", tmp_path / "other" / "other.ckpt")
    out = blend({BUNDLED_FILE: 0.5, other: 0.5}, tmp_path / "out" / "out.ckpt")
    middle = load_student(out).classifier.bias - load_student(BUNDLED_FILE).classifier.bias
    assert middle.tolist() == pytest.approx([0.5] * 6, abs=0.01)
    with pytest.raises(ValueError, match="add up"):
        blend({BUNDLED_FILE: 0.5, other: 0.4}, tmp_path / "none.ckpt")


@pytest.mark.model
def test_frozen_layers_stay_as_they_are(data: Path) -> None:
    from forum.screening.checkpoint import learning
    from forum.screening.checkpoint.refine import load_student
    from forum.screening.checkpoint.train import arrays
    from forum.screening.opening import BUNDLED_FILE

    model = load_student(BUNDLED_FILE)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    rows = list(corpus.read_jigsaw(data / "jigsaw_train.csv.gz"))
    targets, weights = arrays(rows)
    encoded = learning.encode(BUNDLED_FILE.parent / "encoder", [row.text for row in rows])
    learning.fit(model, encoded, 1 - targets, weights, epochs=1, rate=1e-3, seed=1, size=6, frozen=2)
    moved = {name for name, tensor in model.state_dict().items() if not tensor.equal(before[name])}
    assert any("layer.2." in name for name in moved)
    assert not any("layer.0." in name or "layer.1." in name or "embeddings" in name for name in moved)


def test_feelings_are_calm_and_leave_swearing_open(tmp_path: Path) -> None:
    said = (
        ("I love how you wrote that", "love"),
        ("you make me so angry", "anger"),
        ("I miss her", "grief"),
        ("did you see it", "curiosity,anger"),
        ("where did you go", "curiosity"),
        ("it rained", "neutral"),
    )
    with gzip.open(tmp_path / "extra.jsonl.gz", "wt") as lines:
        for text, heard in said:
            entry = {"text": text, "label": None, "source": "goemotions", "functionality": heard}
            lines.write(json.dumps(entry) + "\n")
    found = corpus.read_feelings(tmp_path / "extra.jsonl.gz")
    assert {name: [row.text for row in rows] for name, rows in found.items()} == {
        "kind": ["I love how you wrote that"],
        "sad": ["I miss her"],
        "plain": ["where did you go"],
    }
    assert all(row.weights[LABELS.index("obscene")] == 0 for rows in found.values() for row in rows)


@pytest.mark.model
def test_a_low_rank_change_is_nothing_at_first_and_then_what_was_learnt(data: Path) -> None:
    import torch

    from forum.screening.adapter import adapted
    from forum.screening.checkpoint import learning, low_rank
    from forum.screening.checkpoint.refine import load_student
    from forum.screening.checkpoint.train import arrays
    from forum.screening.opening import BUNDLED_FILE

    rows = list(corpus.read_jigsaw(data / "jigsaw_train.csv.gz"))
    targets, weights = arrays(rows)
    encoded = learning.encode(BUNDLED_FILE.parent / "encoder", [row.text for row in rows])
    before = learning.logits_of(load_student(BUNDLED_FILE), encoded)
    model = low_rank.open_to_change(load_student(BUNDLED_FILE), 4, seed=1)
    assert learning.logits_of(model, encoded) == pytest.approx(before, abs=1e-5)
    learning.fit(model, encoded, 1 - targets, weights, epochs=2, rate=1e-3, seed=1, size=6)
    after = learning.logits_of(model, encoded)
    assert abs(after - before).max() > 0.1

    described = torch.load(BUNDLED_FILE, weights_only=True)
    plain = load_student(BUNDLED_FILE)
    plain.load_state_dict(adapted(described["state_dict"], low_rank.changes_of(model)))
    assert learning.logits_of(plain, encoded) == pytest.approx(after, abs=0.02)


def test_an_adapter_that_does_not_fit_is_refused() -> None:
    import torch

    from forum.screening.adapter import adapted

    weights = {"a": torch.ones(2, 3)}
    half = {"a.up": torch.ones(2, 1), "a.down": torch.ones(1, 3)}
    assert adapted(weights, half)["a"].tolist() == [[2.0] * 3] * 2
    assert adapted(weights, {"a": torch.zeros(2, 3)})["a"].sum() == 0
    for wrong in (
        {"b": torch.ones(2, 3)},
        {"a": torch.ones(3, 2)},
        {"b.up": half["a.up"], "b.down": half["a.down"]},
    ):
        with pytest.raises(ValueError, match="does not fit"):
            adapted(weights, wrong)


@pytest.mark.model
@pytest.mark.filterwarnings("ignore")
def test_an_adapter_is_taught_and_works_in_the_whole_checkpoint(data: Path, tmp_path: Path) -> None:
    from shutil import copyfile

    import torch
    from transformers import BertConfig, BertModel

    from forum.screening.checkpoint import adapt
    from forum.screening.opening import BUNDLED_FILE, find_source, open_detoxify

    teacher = tmp_path / "teacher"
    config = BertConfig.from_pretrained(BUNDLED_FILE.parent / "encoder")
    config.num_hidden_layers = 1
    BertModel(config, add_pooling_layer=False).save_pretrained(teacher)
    copyfile(BUNDLED_FILE.parent / "encoder" / "tokenizer.json", teacher / "tokenizer.json")
    whole = tmp_path / "whole" / "some.ckpt"
    said = (
        f"--data {data} --checkpoint {BUNDLED_FILE} --teacher {teacher} --whole {whole} --limit 20 --rank 2"
    )
    said += f" --out {tmp_path / 'some.adapter'} --each 1 --posts 2 --unknown 5 --epochs 1 --teacher-epochs 1"
    adapt.adapt(adapt.options(f"{said} --opinions {tmp_path / 'opinions.npy'}".split()))
    first = torch.load(tmp_path / "some.adapter", weights_only=True)
    more = f"{said} --opinions {tmp_path / 'opinions.npy'} --start {tmp_path / 'some.adapter'} --longest 90"
    adapt.adapt(adapt.options([*more.split(), "--epochs", "0", "--most", "comments=3", "unknown=0"]))
    second = torch.load(tmp_path / "some.adapter", weights_only=True)
    ups = [name for name in first if name.endswith(".up")]
    assert any(first[name].any() for name in ups)
    assert all(second[name].equal(first[name]) for name in ups), "it begins where the first ended"
    merged = torch.load(whole, weights_only=True)["state_dict"]
    assert merged["classifier.bias"].equal(second["classifier.bias"].float())
    assert (tmp_path / "some.adapter").stat().st_size < 1_000_000
    scores = open_detoxify(find_source(str(whole), tmp_path)).predict("a plain line")
    assert all(0 <= score <= 1 for score in scores.values())


def test_the_mean_of_adapters_keeps_the_greatest_part_of_each_change(tmp_path: Path) -> None:
    import torch

    from forum.screening.checkpoint.blend import blend_adapters

    left, right = tmp_path / "left.adapter", tmp_path / "right.adapter"
    big, small = torch.tensor([[4.0], [0.0]]), torch.tensor([[0.0], [1.0]])
    torch.save({"w.up": big, "w.down": torch.tensor([[1.0, 0.0]]), "b": torch.tensor([2.0])}, left)
    torch.save({"w.up": small, "w.down": torch.tensor([[0.0, 1.0]]), "b": torch.tensor([0.0])}, right)
    shares = {left: 0.5, right: 0.5}

    def change(rank: int) -> list[list[float]]:
        kept = torch.load(blend_adapters(shares, rank, tmp_path / "mean.adapter"), weights_only=True)
        assert kept["b"].tolist() == [1.0]
        assert kept["w.up"].shape == (2, rank)
        return (kept["w.up"].float() @ kept["w.down"].float()).round(decimals=2).tolist()

    assert change(2) == [[2.0, 0.0], [0.0, 0.5]]
    assert change(1) == [[2.0, 0.0], [0.0, 0.0]]
    with pytest.raises(ValueError, match="add up"):
        blend_adapters({left: 0.5, right: 0.4}, 1, tmp_path / "none.adapter")


def test_sentences_that_speak_to_somebody_are_cut_out_once() -> None:
    texts = ("You did it again. It was raining all day.", "Who asked? You did it again.", "So it goes on.")
    rows = [row(text) for text in texts]
    assert corpus.spoken_to_somebody(rows) == ["You did it again."]


def test_rows_are_picked_by_group_and_length() -> None:
    from forum.screening.checkpoint.adapt import picked

    groups = {"comments": [row("a")] * 4, "posts": [row("b")] * 2}
    encoded = [[1], [1], [1, 2, 3], [1], [1, 2, 3], [1]]
    assert picked(groups, encoded, {}, 3, 1) == [0, 1, 3, 5]
    few = picked(groups, encoded, {"comments": 2, "posts": 0}, 4, 1)
    assert len(few) == 2
    assert set(few) <= {0, 1, 2, 3}


@pytest.mark.model
def test_what_belongs_to_other_rows_or_has_other_parts_is_refused(tmp_path: Path) -> None:
    from forum.screening.checkpoint import adapt, low_rank
    from forum.screening.checkpoint.refine import load_student
    from forum.screening.opening import BUNDLED_FILE

    np.save(tmp_path / "opinions.npy", np.zeros((3, 6)))
    chosen = adapt.options(f"--data . --checkpoint . --out . --opinions {tmp_path / 'opinions.npy'}".split())
    assert len(adapt.opinions_of([row("a")] * 3, chosen)) == 3
    with pytest.raises(ValueError, match="other rows"):
        adapt.opinions_of([row("a")] * 2, chosen)
    model = low_rank.open_to_change(load_student(BUNDLED_FILE), 2, seed=1)
    with pytest.raises(ValueError, match="other parts"):
        low_rank.go_on_from(model, {"classifier.bias": model.classifier.bias})
