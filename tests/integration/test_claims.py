"""The claims engine on toy claims whose answers are known; the declared claims; the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.app import main
from sim.core.errors import ScenarioError
from sim.experiment.claims.claim import Arm, Claim, Part, against
from sim.experiment.claims.conditions import Scale, assumption, specs_of
from sim.experiment.claims.measures import unit_of
from sim.experiment.claims.study import Asked, study
from sim.experiment.claims.table import CLAIMS, chosen
from sim.experiment.spool import InterruptedRunsError
from sim.records.claims import of_document, read_claims, read_runs, save_claims
from sim.report.claims import has_words, markdown_claims, terminal_claims
from sim.scenario.levers import declared
from sim.scenario.resolve import resolve
from sim.text.catalogue import LANGS, load
from sim.text.cells import cell_width

ROOT = Path(__file__).resolve().parents[2]
MODEL = "tests.integration.claim_model"
HOST = against(Arm("community"), Arm("community", ("strategies.community.host_hours=0",)))
OFF = ("mechanisms.audience.host_effect=0", "mechanisms.audience.noise=0")
SMALL = Scale(people=200, days=30)


def toy(*parts: Part) -> Claim:
    return Claim(38, parts)


def part(id_: str = "a", **more) -> Part:
    return Part(id_, "profit_fen", **{"arms": HOST, "off": OFF, **more})


def asked(**more) -> Asked:
    return Asked(**{"replications": 6, "scale": SMALL, "model": f"{MODEL}:run_once", **more})


def test_an_effect_that_is_there_is_shown_across_its_range() -> None:
    record, runs = study([toy(part(rests_on=("mechanisms.audience.host_effect",)))], asked())
    found = record.claims[0].parts[0]
    assert (found.result, found.is_range_tried, found.turns) == ("shown", True, [])
    assert found.main.mean == pytest.approx(1e5 * 3 * 0.05, abs=30)
    assert found.main.low > 0 > found.off.mean
    assert {(one.end, one.value) for one in found.tried} == {("low", 0.01), ("high", 0.06)}
    assert len(runs) == 6 * 2 * 4, "main, off and two ends of two arms"


def test_an_effect_that_is_not_there_is_not_shown() -> None:
    same = against(Arm("community"), Arm("community"))
    record, _ = study([toy(part(arms=same))], asked())
    assert (record.claims[0].result, record.claims[0].parts[0].reason) == ("not shown", "unclear")
    record, _ = study([toy(part(direction=-1))], asked())
    assert record.claims[0].parts[0].reason == "opposite"


def test_an_effect_that_does_not_need_its_mechanism_is_not_shown() -> None:
    record, _ = study([toy(part(off=("mechanisms.audience.leave=0.02",)))], asked())
    assert record.claims[0].parts[0].reason == "stays"


def test_an_effect_that_depends_tells_where_it_turns() -> None:
    # host hours x (.03 + decay - .11 + .05): it turns at decay = .03 + ... -> decay .03 is below the range's low .04;
    # with host_effect at its low .01 it turns at decay .05, between the default .08 and the low .04.
    arms = tuple(Arm(a.scenario, (*a.settings, "mechanisms.audience.host_effect=@low"), a.weight) for a in HOST)
    record, _ = study([toy(part(arms=arms, rests_on=("mechanisms.audience.decay",)))], asked())
    found = record.claims[0].parts[0]
    assert found.result == "depends"
    (turn,) = found.turns
    assert turn.path == "mechanisms.audience.decay"
    assert turn.other_at <= 0.05 <= turn.same_at
    assert turn.same_at - turn.other_at == pytest.approx(0.04 / 4)
    assert sum(one.end == "" for one in found.tried) == 2


def test_quick_tries_no_range_and_says_so() -> None:
    record, runs = study([toy(part(rests_on=("mechanisms.audience.decay",)))], asked(is_quick=True))
    assert record.claims[0].result == "shown"
    assert not record.claims[0].parts[0].is_range_tried
    assert len(runs) == 6 * 2 * 2
    assert "range not tried" in terminal_claims(record, "en")


def test_runs_that_parts_share_are_made_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CLAIM_MODEL_LOG", str(tmp_path / "log"))
    study([toy(part("a"), part("b", direction=-1))], asked(is_quick=True))
    assert len((tmp_path / "log").read_text().split()) == 6 * 2 * 2


def test_two_workers_give_the_same_verdicts() -> None:
    claim = toy(part(rests_on=("mechanisms.audience.host_effect",)))
    one, two = study([claim], asked())[0], study([claim], asked(workers=2))[0]
    assert one.claims == two.claims


def test_what_is_interrupted_goes_on_and_computes_nothing_twice(tmp_path, monkeypatch) -> None:
    log, out = tmp_path / "log", tmp_path / "out"
    monkeypatch.setenv("CLAIM_MODEL_LOG", str(log))
    how = {"is_quick": True, "out": out, "model": f"{MODEL}:interrupted"}
    with pytest.raises(InterruptedRunsError) as raised:
        study([toy(part())], asked(**how))
    kept = raised.value.done
    assert kept == len(log.read_text().split()) == 8
    record, runs = study([toy(part())], asked(**how))
    assert len(log.read_text().split()) == 24
    save_claims(record, runs, {"claims.md": "x"}, out)
    assert len(read_runs(out)) == 24
    more, _ = study([toy(part(), part("b", direction=-1))], asked(**how))
    assert len(log.read_text().split()) == 24, "a stored result serves further parts"
    assert more.claims[0].parts[0] == record.claims[0].parts[0]
    assert read_claims(out)["claims"][0]["result"] == "shown"


def test_a_run_that_fails_for_good_is_told_and_its_pair_is_left_out() -> None:
    record, _ = study([toy(part())], asked(is_quick=True, replications=20, model=f"{MODEL}:poisoned"))
    assert record.claims[0].parts[0].main.n == 19
    assert len(record.failures) == 4
    assert "books" in record.failures[0]["reason"]


def test_a_wrong_measure_or_path_is_told_before_anything_runs() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'profit_fen'"):
        study([toy(Part("a", "profit_fe", HOST, OFF))], asked())
    with pytest.raises(ScenarioError, match="no parameter with a declared range"):
        study([toy(part(rests_on=("mechanisms.audience.decai",)))], asked())
    with pytest.raises(ScenarioError, match="no claim 99"):
        chosen([1, 99])


# --- the declared claims -----------------------------------------------------------------------


@pytest.mark.parametrize("number", CLAIMS)
def test_a_claim_is_whole(number: int) -> None:
    claim = CLAIMS[number]
    for one in claim.parts:
        assert has_words(number, one.id)
        assert unit_of(one.measure)
        assert one.off, "every effect has its counter-condition"
        assert one.rests_on, "every effect is tried across the assumptions it rests on"
        main = specs_of(claim, one, (), Scale())
        off = specs_of(claim, one, one.off, Scale())
        assert main != off, "the mechanism is switched off"
        for path in one.rests_on:
            found = assumption(claim, one, path, Scale())
            assert found.low < found.high
            assert found.low <= found.value <= found.high


def test_an_end_of_a_range_is_that_of_the_declaration() -> None:
    spec = resolve("community").spec
    found = declared(spec, "strategies.community.survey_cost")
    assert found is not None
    assert (found.low, found.high, found.value) == (50_000, 500_000, 200_000)
    low = resolve("community", [found.setting("strategies.community.survey_cost", found.low)]).spec
    assert low.strategies[0].survey_cost == 50_000, "fen stay fen"
    assert declared(spec, "strategies.paid_ads.cpm") is None


def test_the_document_of_claims_is_of_the_claims_declared() -> None:
    text = (ROOT / "sim" / "model" / "CLAIMS.md").read_text(encoding="utf-8")
    words = load("claims")
    for number, claim in CLAIMS.items():
        assert f"\n## {number} {words[f'claim.{number}.title']['en']}\n" in text
        for one in claim.parts:
            assert f"{number}{one.id} {words[f'claim.{number}.{one.id}.says']['en']} |" in text
            shown = [*one.off, *(setting for arm in one.arms for setting in arm.settings), *one.rests_on]
            assert [setting for setting in shown if setting not in text] == [], f"{number}{one.id}: run guanxi claims again"


# --- the command -------------------------------------------------------------------------------


def run(capsys, *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["claims", *args])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_claims_are_listed_in_both_languages(capsys) -> None:
    for lang in LANGS:
        code, out, _ = run(capsys, "--list", "--lang", lang)
        assert code == 0
        assert all(cell_width(line) <= 80 for line in out.splitlines())
        assert str(max(CLAIMS)) in out
    code, out, _ = run(capsys, "--list", "--only", "38", "--json")
    assert [one["number"] for one in json.loads(out)["claims"]] == [38]


def test_a_wrong_number_is_named(capsys) -> None:
    assert run(capsys, "--only", "99")[0] == 3
    code, _, err = run(capsys, "--only", "x")
    assert code == 2
    assert "'x'" in err


def test_tables_fit_eighty_cells_in_both_languages() -> None:
    claim = toy(part(rests_on=("mechanisms.audience.host_effect", "mechanisms.audience.decay")), part("b", direction=-1))
    record, _ = study([claim], asked())
    assert "not shown (1 of 2 parts are)" in terminal_claims(record, "en")
    for lang in LANGS:
        table = terminal_claims(record, lang)
        assert max(cell_width(line) for line in table.splitlines()) <= 80
        page = markdown_claims(record, lang)
        assert "mechanisms.audience.host_effect" in page
        assert page.count("\n## 38 ") == 1


def test_a_claim_end_to_end_on_the_real_model(tmp_path, capsys) -> None:
    out = tmp_path / "out"
    args = ("--only", "43", "--quick", "--replications", "2", "--people", "500", "--days", "20", "--workers", "1",
            "--out", str(out), "--quiet")
    code, text, _ = run(capsys, *args)
    assert code == 0
    assert "43a" in text
    assert {p.name for p in out.iterdir()} == {"manifest.json", "claims.json", "claims.md", "runs.jsonl"}
    assert not (tmp_path / "out.runs").exists()
    assert run(capsys, *args)[0] == 3, "what is there is not written over"
    first = read_claims(out)
    assert of_document(first)[0].parts[0].measure == "dead_group_days"
    code, text, _ = run(capsys, *args[:1], "38", *args[2:], "--resume")
    assert code == 0
    assert [one["number"] for one in read_claims(out)["claims"]] == [38, 43]
    assert read_claims(out)["claims"][1] == first["claims"][0], "verdicts on other claims are kept"
    code, text, _ = run(capsys, *args, "--resume", "--json")
    assert code == 0
    document = json.loads(text)
    assert document["kind"] == "claims"
    assert [one["number"] for one in document["claims"]] == [38, 43]
    assert document["timings"]["runs"] == 0, "nothing was computed twice"
