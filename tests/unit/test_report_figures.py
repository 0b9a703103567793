"""Figures: what they draw is what the tables hold, with units, nothing on top of each other."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from sim.model.books import PARTS
from sim.records.outcomes import DAILY
from sim.records.run_record import ROLES
from sim.report.figures import circles, earners, network, panels, profit, split, theme
from sim.report.incidents import MOST, incidents, thinned
from sim.report.numbers import money
from sim.report.palette import SHADES, mark
from sim.text.catalogue import load
from tests.synthetic import make_comparison
from tests.unit.report_parts import EVIL, many


@pytest.fixture(scope="module")
def comparison():
    return make_comparison(replications=8)


def lines(figure, index):
    return [t for t in figure.data if t.mode == "lines" and (t.meta or {}).get("strategy") == index]


def words(figure):
    return " ".join(a.text for a in figure.layout.annotations)


def test_profit_draws_the_mean_and_both_bands(comparison):
    figure = profit.profit(comparison, "en")
    paths = comparison.daily["direct_sales"]["profit_fen"] / 100_000
    wide, narrow, mean = lines(figure, 2)
    assert np.allclose(mean.y, paths.mean(axis=0), atol=1e-3)
    for band, (low, high) in ((wide, (0.05, 0.95)), (narrow, (0.25, 0.75))):
        days = paths.shape[1]
        assert np.allclose(band.y[:days], np.quantile(paths, high, axis=0), atol=1e-3)
        assert np.allclose(band.y[days:][::-1], np.quantile(paths, low, axis=0), atol=1e-3)
        assert band.fill == "toself"
    assert mean.line.color == mark(2).light
    assert "¥ thousand" in words(figure)
    assert figure.layout.xaxis.title.text == "Day"
    assert mean.customdata[-1].startswith(money(paths[:, -1].mean() * 100_000, "en"))


def test_one_run_has_no_bands():
    figure = profit.profit(make_comparison(("community",), replications=1), "zh")
    assert len(lines(figure, 0)) == 1


def test_labels_at_the_ends_keep_apart():
    figure = profit.profit(many(9, 3), "en")
    ends = sorted(a.y for a in figure.layout.annotations if a.name == theme.END and a.xref == "paper")
    assert len(ends) == 9
    low, high = figure.layout.yaxis.range
    pixels = np.diff(ends) / (high - low) * (profit.HEIGHT - 70)
    assert pixels.min() > 33
    assert low <= ends[0]
    assert ends[-1] <= high


def test_marks_of_crossings_stand_clear_of_bands_and_of_each_other(comparison):
    badges = [profit.Badge(k + 1, day, 0.0, ("Day: one passes another", "line")) for k, day in enumerate((40, 45, 150))]
    figure = profit.profit(comparison, "en", badges)
    room = [a for a in figure.layout.annotations if a.name == theme.END and a.xref != "paper"]
    assert len(room) == 3
    for one, two in ((0, 1), (1, 2), (0, 2)):
        near = abs(room[one].x - room[two].x) < profit.WORDS_SHARE * comparison.days
        low, high = figure.layout.yaxis.range
        apart = abs(room[one].y - room[two].y) / (high - low) * profit.HEIGHT
        assert not near or apart > 30 or room[one].xanchor != room[two].xanchor
    marks = [a for a in figure.layout.annotations if a.name == "crossing"]
    assert [a.text for a in marks] == ["<b>1</b>", "<b>2</b>", "<b>3</b>"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_panels_share_one_time_axis_and_say_their_unit(comparison, lang):
    drawn = panels.panels(comparison, lang)
    assert [p.series for p in drawn] == ["active_buyers", "gmv_fen", "trust", "fatigue", "members", "cash_fen",
                                         "heat", "chat_wait_minutes", "agents", "channel_stock"]
    assert len({tuple(p.figure.layout.xaxis.range) for p in drawn}) == 1
    assert all(p.unit and p.title for p in drawn)
    assert {p.series: p.unit for p in drawn}["trust"] == {"zh": "0 到 1", "en": "0 to 1"}[lang]
    active = drawn[0].figure
    assert [t.line.color for t in active.data if t.mode == "lines" and not t.fill] == [mark(k).light for k in range(4)]


def test_every_unit_has_a_word():
    assert {f"unit.{outcome.unit}" for outcome in DAILY.values()} <= set(load("page"))


def test_series_that_nobody_has_are_not_drawn():
    drawn = panels.panels(make_comparison(("community", "direct_sales"), replications=2), "en")
    assert [p.series for p in drawn] == [*panels.SERIES, "chat_wait_minutes"]


def befallen(strategy="community", **marks):
    """A comparison in which something befell a strategy on given days of its first run."""
    made = make_comparison(("community", "dual_rebate"), replications=3)
    events = [(day, "mark", kind) for kind, days in marks.items() for day in days]
    made.examples[strategy] = replace(made.examples[strategy], events=events)
    for day in marks.get("account_ban", ()):
        made.daily[strategy]["bans"][:2, day] = 1.0
    made.summary[strategy]["insolvent_day"] = np.array([150.0, np.nan, np.nan])
    return made


def test_what_befell_a_strategy_is_marked_on_every_time_axis():
    made = befallen(account_ban=[40, 40, 90], insolvent=[150])
    found = incidents(made)
    assert [(i.day, i.kind, i.runs, i.of) for i in found] == [
        (40, "account_ban", 2, 3), (90, "account_ban", 2, 3), (150, "insolvent", 1, 3)]
    figure = profit.profit(made, "en", (), found)
    shown = [t for t in figure.data if t.customdata is not None and "ban" in str(t.customdata[0])]
    assert [t.x[0] for t in shown] == [40, 90]
    assert {t.meta["strategy"] for t in shown} == {0}
    assert [s.x0 for s in figure.layout.shapes if s.line.dash == "dot"] == [40, 90, 150]
    for one in panels.panels(made, "zh", found):
        assert [s.x0 for s in one.figure.layout.shapes] == [40, 90, 150]


def test_a_kind_of_incident_without_words_keeps_its_name():
    made = befallen(some_new_thing=[12])
    (one,) = incidents(made)
    assert (one.runs, one.of) == (1, 3)
    assert "some new thing" in str(profit.profit(made, "zh", (), [one]).to_dict())


def test_a_table_lists_insolvency_and_the_bans_that_most_runs_share():
    made = befallen(account_ban=range(10, 100, 5), insolvent=[150])
    made.daily["community"]["bans"][:, 95] = 1.0
    listed = thinned(incidents(made))
    assert len(listed) == MOST
    assert {95, 150} <= {one.day for one in listed}
    assert [one.day for one in listed] == sorted(one.day for one in listed)


def test_gmv_is_a_trailing_week():
    calm = panels.calm(np.array([[0.0, 7.0, 14.0, 0, 0, 0, 0, 0, 70.0]]), "gmv_fen")
    assert calm[0].tolist() == [0.0, 3.5, 7.0, 5.25, 4.2, 3.5, 3.0, 3.0, 12.0]
    assert panels.calm(np.ones((1, 3)), "trust").tolist() == [[1, 1, 1]]
    waits = panels.calm(np.array([[np.nan, 4.0, 6.0, np.nan]]), "chat_wait_minutes")
    assert np.array_equal(waits, [[np.nan, 4.0, 5.0, 5.0]], equal_nan=True), "days without chats have no say"


def test_panels_bear_series_that_are_undefined():
    comparison = make_comparison(("community", "influencer"), replications=3)
    for name in comparison.strategies:
        comparison.daily[name]["trust"][:] = np.nan
    assert isinstance(panels.panel(comparison, "trust", "en").figure, go.Figure)


def test_the_income_axis_is_symmetric_and_keeps_order():
    amounts = np.array([-10_000_000, -10_000, 0, 10_000, 10_000_000])
    places = earners.squeeze(amounts)
    assert np.allclose(places, -places[::-1])
    assert (np.diff(places) > 0).all()
    assert places[3] == pytest.approx(np.log10(2))


def test_thinning_keeps_the_distribution():
    net = np.arange(-3_000, 7_001)
    kept = earners.thin(net)
    assert len(kept) == earners.MOST_DOTS
    assert (kept < 0).mean() == pytest.approx((net < 0).mean(), abs=0.01)
    assert earners.thin(net[:5]).tolist() == net[:5].tolist()


@pytest.mark.parametrize("many", [5, 17, 20, 300])
def test_dots_of_a_swarm_do_not_hide_each_other(many):
    places = np.repeat([-1.0, 0.0, 2.0], many)
    moved, height, size = earners.swarm(places, (-1.0, 2.0))
    assert len(set(zip(moved.round(9), height, strict=True))) == 3 * many
    assert np.abs(height).max() <= 1
    assert size == (7 if many <= 17 else 4)
    assert np.abs(moved - places).max() <= (0 if many <= 17 else 0.08), "what is too many for a stack stands beside it"
    assert ((moved < 0) >= (places < 0)).all()
    assert ((moved > 0) >= (places > 0)).all()


@pytest.mark.parametrize(("net", "anchor"), [([-90_000, -80_000, 5_000_000], "left"), ([-9e6, 8e4, 9e4], "right")])
def test_the_words_of_the_median_are_not_cut_at_the_edge(net, anchor):
    net = np.array(net)
    figure = earners.earners(net, 0, earners.common_span([net]), "en")
    (said,) = [a for a in figure.layout.annotations if "median" in a.text]
    assert said.xanchor == anchor


def test_losers_are_hollow_and_told(comparison):
    net = comparison.examples["dual_rebate"].agents["net_fen"]
    figure = earners.earners(net, 3, earners.common_span([net]), "en")
    hollow, filled = figure.data
    assert len(hollow.x) == (net < 0).sum()
    assert len(filled.x) == (net >= 0).sum()
    assert (np.asarray(hollow.x) < 0).all()
    assert hollow.marker.color.endswith(",0)")
    assert "lost money" in words(figure)
    assert money(float(np.median(net)), "en") in words(figure)
    assert "¥" in figure.layout.xaxis.title.text
    assert "0" in figure.layout.xaxis.ticktext


def test_the_parts_of_a_bar_sum_to_the_price(comparison):
    figure = split.split(comparison, "en")
    total = np.sum([bar.x for bar in figure.data], axis=0)
    assert np.allclose(total, 128.0, atol=0.02)
    kept = figure.data[-1]
    assert list(kept.marker.color) == [mark(k).light for k in range(4)]
    assert "unit" in figure.layout.xaxis.title.text


@pytest.mark.parametrize(("part", "said"), [("profit", "Paid on top ¥50"), ("resellers", "Agents pay on top ¥50")])
def test_what_somebody_pays_on_top_is_called_so(part, said):
    made = make_comparison(("dual_rebate",), replications=2)
    made.examples["dual_rebate"].price_split[part] = -5_000.0
    texts = [bar.text[0] for bar in split.split(made, "en").data]
    assert said in texts


def test_thin_parts_stand_together_and_the_sum_stays(comparison):
    drawn, whole = split.drawn_parts(comparison), split.parts_of(comparison)
    assert {"write_off", "buy_back"} & set(split.names_of(drawn)) == set()
    assert {"write_off", "buy_back"} <= set(split.names_of(whole))
    for strategy in comparison.strategies:
        assert sum(drawn[strategy].values()) == pytest.approx(sum(whole[strategy].values()))
    assert split.names_of(drawn)[-1] == "profit"
    assert split.names_of(drawn)[-2] == "resellers"


def test_every_part_has_a_family_with_a_grey_of_its_own():
    assert sorted(split.GREYS) == sorted(split.FAMILIES)
    assert len(split.GREYS) <= len(SHADES)
    assert {split.family(name) for name in PARTS} == set(split.FAMILIES)
    assert split.families_of(["goods", "delivery", "lead", "profit"]) == ["goods", "traffic"]
    assert split.family("never heard of") == "other"
    titled = {name for name in [*PARTS, "resellers", "profit"] if f"split.{name}" in load("page")}
    assert titled == {*PARTS, "resellers", "profit"}


def test_discs_never_touch_and_hold_their_people():
    rng = np.random.default_rng(4)
    circle = np.repeat(np.arange(14), [40, 33, 30, 28, 20, 20, 12, 9, 8, 5, 4, 3, 2, 1])
    source, target = rng.integers(0, len(circle), (2, 600))
    layout = circles.arrange(circle, source, target)
    assert len(layout.discs) == 12
    for k, (x, y, r, _) in enumerate(layout.discs):
        for x2, y2, r2, _ in layout.discs[:k]:
            assert np.hypot(x - x2, y - y2) > r + r2
    for k, (x, y, r, many_people) in enumerate(layout.discs):
        inside = np.hypot(layout.x - x, layout.y - y) <= r
        assert inside.sum() == many_people
        assert set(circle[inside]) == {k}
    pairs = np.hypot(layout.x[:, None] - layout.x, layout.y[:, None] - layout.y)[np.triu_indices(len(circle), 1)]
    assert pairs.min() > 0.4
    wide, high = layout.reach
    assert 1.2 < wide / high < 3.5


@pytest.mark.parametrize("circle", [[], [3], [-1, -1, -1, -1], [0, 0, 0]])
def test_small_samples_have_places(circle):
    layout = circles.arrange(np.array(circle, dtype=np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert len(layout.x) == len(circle)
    assert all(np.isfinite(layout.reach))


def test_people_are_coloured_by_role_and_day(comparison):
    sample = comparison.examples["dual_rebate"].network
    figure = network.network(sample, 3, "en")
    people = {t.meta["people"]: t for t in figure.data if (t.meta or {}).get("people")}
    assert set(people) <= set(ROLES)
    one = people["person"]
    days = np.array(one.meta["days"])
    colours = np.array(one.marker.color)
    assert set(colours[days < 0]) == {"#FFFFFF"}
    assert "#FFFFFF" not in set(colours[days >= 0])
    assert people["reseller"].marker.line.color != one.marker.line.color
    assert all((np.array(people["seed_customer"].meta["days"]) == 0).tolist())
    assert len(figure.layout.shapes) == 8
    widths = [t.line.width for t in figure.data if t.mode == "lines" and not t.line.dash]
    assert widths == sorted(widths)
    assert len(set(widths)) == 3
    assert any(t.mode == "lines" and t.line.dash for t in figure.data)


def test_of_many_ties_all_strengths_are_drawn():
    rng = np.random.default_rng(2)
    count = 6_000
    sample = {
        "id": np.arange(100), "source": rng.integers(0, 100, count), "target": rng.integers(0, 100, count),
        "trust": np.where(np.arange(count) % 500 == 0, -0.4, rng.random(count)),
    }  # fmt: skip
    rows = network.shown_ties(sample)
    assert 0.8 * network.MOST_TIES <= len(rows) <= network.MOST_TIES
    trust = sample["trust"][rows]
    assert (trust < 0).sum() == (sample["trust"] < 0).sum()
    assert min(np.histogram(trust[trust > 0], bins=3, range=(0, 1))[0]) > 50
    for person in range(100):
        mine = np.flatnonzero(sample["source"] == person)
        assert mine[np.argmax(sample["trust"][mine])] in rows


def test_spread_keeps_order_and_distance():
    wishes = [1.0, 1.1, 5.0, 1.05]
    moved = theme.spread(wishes, 1.0)
    assert np.argsort(moved).tolist() == np.argsort(wishes).tolist()
    assert np.diff(np.sort(moved)).min() >= 1.0 - 1e-9
    assert moved[2] == 5.0
    assert theme.spread([], 1.0).tolist() == []


def test_hostile_names_reach_plotly_harmless():
    comparison = many(2, 2, titles={"zh": EVIL, "en": EVIL})
    drawn = [profit.profit(comparison, "en"), split.split(comparison, "en"), *(p.figure for p in panels.panels(comparison, "en"))]
    for figure in drawn:
        text = " ".join([*(t.name or "" for t in figure.data), *(a.text or "" for a in figure.layout.annotations)])
        assert not re.search(r"<(?!/?b>|br>)", text)
        assert "%{" not in text
