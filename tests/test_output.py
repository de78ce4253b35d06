"""What the terminal cannot show is replaced, whatever the command; machines get the same document all the same."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trustsim.cli import main
from trustsim.cli.output import replaced
from trustsim.scenario.yaml_writer import write

CHINESE = {
    "trustsim": 1,
    "title": "一个故事 − 🚢",
    "horizon": "6 d",
    "network": {"kind": "small_world"},
    "investors": {"count": 40, "segments": [{"name": "散户", "share": "100 %"}]},
    "platforms": [{"name": "港湾", "liquid_share": "5 %"}],
    "shocks": [{"kind": "rumour", "platform": "港湾", "day": 1, "seeds": "40 %"}],
    "variants": {"nothing": [], "赎回闸门": [{"kind": "redemption_gate"}], "[red]é[/red], 🚢": []},
    "replications": 2,
    "outcomes": ["investor_loss", "peak_outflow"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("出")
    (place / "危机.yaml").write_text(write(CHINESE), "utf-8")
    (place / "wrong.yaml").write_text(write({**CHINESE, "变": 1}), "utf-8")
    return place


def said(encoding: str, *words: str) -> Result:
    return CliRunner(charset=encoding).invoke(main, words)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8"])
def test_no_command_ends_for_want_of_a_letter(folder: Path, encoding: str) -> None:
    file, out = str(folder / "危机.yaml"), str(folder / encoding)
    told = {
        words[0]: said(encoding, *words)
        for words in (
            ("compare", file, "--workers", "1", "--out", out, "--variants", 'nothing,"[red]é[/red], 🚢"', "--quiet"),
            ("status", out),
            ("export", out),
            ("verify", out, "--sample", "0"),
            ("check", file),
            ("catalog", "outcome"),
            ("init", "--list"),
        )
    }
    for command, answer in told.items():
        assert answer.exit_code == 0, (command, answer.output)
        answer.stdout_bytes.decode(encoding)
    name = ("[red]é[/red],", "🚢") if encoding == "utf-8" else ("[red]",)  # on two lines, in a column of its own
    assert all(part in told["compare"].stdout for part in name)
    assert {len(line) for line in told["compare"].stdout.splitlines()} <= set(range(81))
    refused = said(encoding, "check", str(folder / "wrong.yaml"))
    assert refused.exit_code == 2
    assert "wrong.yaml:" in refused.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_document_for_machines_is_whole_in_any_encoding(folder: Path, encoding: str) -> None:
    file = str(folder / "危机.yaml")
    checked = said(encoding, "check", file, "--json")
    assert json.loads(checked.stdout_bytes.decode(encoding))["files"][0]["title"] == CHINESE["title"]
    resolved = said(encoding, "resolve", file)
    (folder / "again.yaml").write_bytes(resolved.stdout_bytes)
    again = said("utf-8", "check", str(folder / "again.yaml"), "--json")
    assert json.loads(again.stdout)["files"][0]["variants"] == list(CHINESE["variants"])  # type: ignore[call-overload]


def test_what_is_replaced_is_as_wide_as_it_was() -> None:
    codecs.register_error("tried", replaced)
    assert "−5 … 港 é 🚢 e\u0301 ‘x’\udcff".encode("ascii", "tried") == b"-5 ~ ?? ? ?? e 'x'?"


def test_a_path_that_a_terminal_would_act_on_is_refused(folder: Path) -> None:
    for words in (("check", "a\x1b[31m.yaml"), ("compare", "quickstart", "--out", str(folder / "a\u202eb"))):
        answer = said("utf-8", *words)
        assert answer.exit_code == 2
        assert "for a path; allowed: letters that can be shown" in answer.stderr
        assert answer.stderr.rstrip("\n").isprintable()
