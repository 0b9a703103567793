"""The question in words and the answer in one sentence, with its confidence or the honest "not separated"."""

from __future__ import annotations

from sim.analysis.intervals import LEVEL
from sim.report.context import Context
from sim.report.findings import has_interval
from sim.report.markup import Html, el, keep_numbers
from sim.report.numbers import exact_money, money, percent, span


def question(context: Context) -> str:
    """Return what was asked, as one sentence."""
    asked, words = context.comparison.question, context.words
    product = (asked.get("product_zh") if words.lang == "zh" else "") or asked.get("product", "")
    facts = {
        "product": str(product), "price": exact_money(float(asked.get("price_fen", 0)), words.lang),
        "cash": exact_money(float(asked.get("cash_fen", 0)), words.lang), "people": f"{int(asked.get('people', 0)):,}",
        "days": f"{int(asked.get('days', context.comparison.days)):,}",
    }  # fmt: skip
    if len(context.strategies) > 1:
        text = words("head.question_many", **facts)
    else:
        text = words("head.question_one", **facts, title=context.title(context.strategies[0]))
    return text[:1].upper() + text[1:]


def answer(context: Context) -> str:
    """Return the answer: who leads, how sure that is, and whether even the leader earns anything."""
    findings, words = context.findings, context.words
    verdict = findings.verdict
    profit = context.mean(verdict.best, "profit_fen")
    if len(context.strategies) == 1:
        return _answer_one(context, profit)
    title = context.title(verdict.best)
    if findings.pairs < 2:
        return words("answer.single_replication", title=title, profit=profit)
    second = context.title(findings.rival)
    gap = findings.gap(verdict.best, findings.rival)
    if findings.is_identical:
        return words("answer.identical", title=title, second=second, n=findings.pairs) + _paying(context)
    key = "separated" if verdict.separated else "not_separated"
    if not verdict.separated and verdict.chance[verdict.best] >= LEVEL:
        key = "not_separated_few"  # few runs that agree look certain to a bootstrap, and not to a t test
    return words(
        f"answer.{key}",
        title=title, profit=profit, second=second, n=gap.n,
        chance=percent(verdict.chance[verdict.best], chance=True), gap=money(gap.mean, words.lang),
        span=span(money(gap.low, words.lang), money(gap.high, words.lang), words.lang),
    ) + _paying(context)  # fmt: skip


def _paying(context: Context) -> str:
    """Return a warning, for who leads a field of losers has not won, or nothing if the leader earns for sure."""
    words, best = context.words, context.findings.verdict.best
    one = context.findings.estimate(best, "profit_fen")
    if not has_interval(one) or one.low > 0:
        return ""
    bounds = span(money(one.low, words.lang), money(one.high, words.lang), words.lang)
    text = words("answer.best_loses" if one.high < 0 else "answer.best_unclear", title=context.title(best), span=bounds)
    return text if words.lang == "zh" else f" {text}"


def _answer_one(context: Context, profit: str) -> str:
    words = context.words
    one = context.findings.estimate(context.strategies[0], "profit_fen")
    if not has_interval(one):
        return words("answer.one_run", profit=profit)
    key = "one_pays" if one.low > 0 else "one_loses" if one.high < 0 else "one_unclear"
    return words(
        f"answer.{key}",
        profit=profit,
        n=one.n,
        span=span(money(one.low, words.lang), money(one.high, words.lang), words.lang),
    )


def opening(context: Context) -> Html:
    """Return the top of the page: question, answer, and what kind of numbers these are."""
    words = context.words
    verdict = context.findings.verdict
    clear = verdict.separated or len(context.strategies) == 1
    kind = words("head.kind_many" if len(context.strategies) > 1 else "head.kind_one")
    return el(
        "section", {"id": "answer", "class": "opening", "aria-labelledby": "question"},
        el("p", {"class": "kind"}, kind),
        el("h1", {"id": "question"}, keep_numbers(question(context))),
        el(
            "p", {"class": "answer" if clear else "answer open", "style": f"--c:var(--s{context.index(verdict.best)})"},
            keep_numbers(answer(context)),
        ),
        el("p", {"class": "note"}, words("head.simulated")),
        _warnings(context),
    )  # fmt: skip


def _warnings(context: Context) -> list[Html]:
    words, comparison = context.words, context.comparison
    found = [] if comparison.complete else [words("head.incomplete")]
    if comparison.failures:
        each = [
            words("head.failure", title=context.title(f.strategy), replication=f.replication, reason=f.reason)
            for f in comparison.failures[:5]
        ]
        more = ["…"] if len(comparison.failures) > len(each) else []
        found.append(words("head.failed", n=len(comparison.failures), list="; ".join(each + more)))
    return [el("p", {"class": "warning", "role": "note"}, text) for text in found]
