"""The rules of the house that a reader would otherwise have to remember."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import audit

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
# A longer file or function needs a reason here.
LONGER: dict[str, str] = {}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}
MAKES_MARKUP = {
    "forum/text/render.py",
    "forum/web/languages.py",
}  # of rendered posts, and of our own catalogues
WORDS_WITHOUT_MARK = {"Kindred", "Esc"}


def _python(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*found, ROOT / "config.py", ROOT / "wsgi.py"]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _templates() -> list[Path]:
    return sorted((ROOT / "forum/templates").rglob("*.html"))


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{_name(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_long() -> None:
    every = _python("forum", "tests", "migrations")
    long = {_name(path): len(path.read_text().splitlines()) for path in every}
    long = {name: lines for name, lines in long.items() if lines > LONGEST_FILE and "/versions/" not in name}
    assert {name: lines for name, lines in long.items() if name not in LONGER} == {}


def test_no_function_is_long() -> None:
    every = dict(one for path in _python("forum") for one in _functions(path))
    assert {name: n for name, n in every.items() if n > LONGEST_FUNCTION and name not in LONGER} == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [_name(path) for path in _python("forum", "tests") if path.stem in FORBIDDEN_NAMES] == []


def test_chance_comes_from_the_system_only() -> None:
    predictable = re.compile(r"^\s*(import random|from random|from numpy\.random)\b", re.MULTILINE)
    measuring = [ROOT / "forum/screening" / name for name in ("bench.py", "evaluate.py", "checkpoint")]
    found = [path for path in _python("forum") if not any(path.is_relative_to(one) for one in measuring)]
    assert [_name(path) for path in found if predictable.search(path.read_text())] == []


def test_markup_is_made_in_one_place() -> None:
    made = [_name(path) for path in _python("forum") if re.search(r"\bMarkup\(", path.read_text())]
    assert set(made) <= MAKES_MARKUP
    unescaped = re.compile(r"\|\s*safe\b|autoescape\s+false")
    assert [_name(path) for path in _templates() if unescaped.search(path.read_text())] == []


def test_templates_hold_no_inline_style_or_script() -> None:
    inline = re.compile(
        r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
    )
    assert [_name(path) for path in _templates() if inline.search(path.read_text())] == []


def test_templates_ask_nobody_else_for_anything() -> None:
    foreign = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""")
    assert [_name(path) for path in _templates() if foreign.search(path.read_text())] == []


def _bare_words(source: str) -> list[str]:
    """Words of a template that stand outside every tag, comment and expression."""
    source = re.sub(r"{#.*?#}|{%-?\s*trans.*?endtrans\s*-?%}", " ", source, flags=re.DOTALL)
    source = re.sub(r"{%-?\s*block width\s*-?%}.*?{%-?\s*endblock", " {%", source)
    source = re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    source = re.sub(r"""[\w-]+=("[^"]*"|'[^']*')(?=[^<>]*(<|$))""", " ", source)  # attributes made by a macro
    source = re.sub(r"<!--.*?-->|<[^>]*>", " ", source, flags=re.DOTALL)
    words = re.findall(r"&[a-z]+;|[^\W\d_]{2,}", source)
    return [word for word in words if not word.startswith("&") and word not in WORDS_WITHOUT_MARK]


def test_the_words_of_templates_are_marked_for_translation() -> None:
    unmarked = {_name(path): _bare_words(path.read_text()) for path in _templates()}
    assert {name: words for name, words in unmarked.items() if words} == {}


def test_an_unmarked_word_would_be_seen() -> None:
    assert _bare_words("<p class='x'>{{ _('Marked') }} Unmarked &amp; {# not me #}</p>") == ["Unmarked"]


def test_rooms_import_downwards_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("module", ["wsgi", "forum.web", "gunicorn.app.wsgiapp, wsgi"])
def test_the_web_process_loads_no_model_library(tmp_path: Path, module: str) -> None:
    code = (
        f"import {module}, sys; heavy = {{'torch', 'onnxruntime', 'onnx', 'transformers', 'detoxify'}}; "
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"


def test_an_audit_that_could_not_look_is_no_good_news() -> None:
    known = {"name": "alpha", "version": "1.0", "vulns": []}
    hole = {"name": "beta", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
    away = {"name": "gamma", "skip_reason": "not found"}
    assert audit.judged([known]) == (["1 of 1 packages looked up, 0 known holes."], 0)
    assert audit.judged([known, hole])[1] == audit.HOLE
    assert audit.judged([known, hole])[0][0] == "beta 2: PYSEC-1, mended in 2.1"
    assert audit.judged([known, away])[1] == audit.NOT_LOOKED_UP
    assert "Not looked up: gamma." in audit.judged([known, away])[0]
    assert audit.judged([hole, away])[1] == audit.HOLE
    lines, code = audit.judged([away])
    assert code == audit.NOT_LOOKED_UP and "nothing was audited" in lines[-1]
    assert audit.judged([])[1] == audit.NOT_LOOKED_UP


def test_one_command_prints_every_figure_of_speed() -> None:
    target = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nbench:")[1].split("\n\n")[0]
    assert "-m forum.screening.bench\n" in target
    assert "-m forum.bench\n" in f"{target}\n"
