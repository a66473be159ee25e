"""Every block of the README is run, and shows what the commands print."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from readme_blocks import ROOT, Block, Terminal, alike, blocks, steps, workplace

README = ROOT / "README.md"
REFRESH = "refresh it with: python tests/docs/readme_blocks.py"


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    folder, home = tmp_path_factory.mktemp("docs") / "clone", tmp_path_factory.mktemp("home")
    folder.mkdir()
    return Terminal(workplace(folder), home)


def test_console_blocks_show_what_is_printed(terminal: Terminal) -> None:
    wrong = []
    for block in (block for block in blocks(README) if block.language == "console"):
        for step in steps(block):
            code, printed = terminal.run(step.command)
            if not alike(step.shown, printed):
                wrong.append(f"README.md:{block.line}: $ {step.command} (exit {code})\n--- printed\n{printed}\n--- shown\n{step.shown}")
    assert not wrong, "\n".join(wrong) + f"\n{REFRESH}"


@pytest.mark.parametrize("block", [b for b in blocks(README) if b.language == "yaml"], ids=lambda block: f"line-{block.line}")
def test_yaml_blocks_are_valid_configurations(block: Block, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "sqlcoder.yaml"
    file.write_text(block.text)
    code, printed = terminal.run(f"cd {terminal.folder}/examples/shop && DB_PASSWORD=x sqlcoder config check --config {file}")
    assert code == 0 or "trust" in printed, printed


@pytest.mark.parametrize("block", [b for b in blocks(README) if b.language == "python"], ids=lambda block: f"line-{block.line}")
def test_python_blocks_run(block: Block, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "block.py"
    file.write_text(block.text)
    code, printed = terminal.run(f"cd {terminal.folder}/examples/shop && python {file}")
    assert code == 0, printed


def test_a_shown_line_of_dots_stands_for_any_lines() -> None:
    assert alike("a\n...\nz", "a\nb\nc\nz")
    assert alike("a\n...", "a\nb")
    assert not alike("a\nz", "a\nb\nz")
    assert not alike("a\n...\nz", "a\nb\ny")
