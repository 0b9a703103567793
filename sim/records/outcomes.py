"""The catalogue of outcomes: every daily series and every summary, declared once.

Labels, units, formulas, sources, the direction that is better and the rule where an outcome is
undefined or censored stand here and nowhere else; tables, pages and checks read them from here.
An undefined outcome is NaN in every table, never 0 and never a large number, and its `undefined`
text says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["more", "less", "neutral"]


@dataclass(frozen=True)
class Outcome:
    """One declared outcome.

    Parameters
    ----------
    name : str
        Key in tables and column name of user data.
    zh, en : str
        Label.
    unit : str
        One of ``fen``, ``share``, ``day``, ``minutes``, ``people``, ``count``, ``index`` (a number without unit) or
        ``light``.
    formula : str
        How it is computed, in words.
    source : str
        Where the definition comes from.
    better : {'more', 'less', 'neutral'}
        Which direction is better for whoever runs the strategy.
    undefined : str
        When the value is NaN, and why; empty if it always exists.
    """

    name: str
    zh: str
    en: str
    unit: str
    formula: str
    source: str = "design 8"
    better: Better = "neutral"
    undefined: str = ""


_NO_GROUPS = "NaN where the strategy keeps no groups"
_NO_CHATS = "NaN where nobody chats with staff"
_NO_AGENTS = "NaN where the strategy has no resellers"

_DAILY = (
    Outcome("exposures", "曝光(看到的信息)", "Exposures", "count", "messages seen, all paths", "domain 4.2"),
    Outcome("impressions", "付费展示", "Paid impressions", "count", "advertisements shown to random people"),
    Outcome("reach", "触达人数", "Reach", "people", "people who saw at least one message that day", better="more"),
    Outcome("considered", "认真考虑", "Considered", "count", "messages that led to a decision to buy or not"),
    Outcome("orders", "订单数", "Orders", "count", "orders filled", better="more"),
    Outcome("units", "售出件数", "Units sold", "count", "units delivered to consumers", better="more"),
    Outcome("first_orders", "首单数", "First orders", "count",
            "orders of people who had never bought; seed customers bought before day 0", better="more"),
    Outcome("repeat_orders", "复购单数", "Repeat orders", "count", "orders minus first orders", better="more"),
    Outcome("gmv_fen", "成交总额 GMV", "GMV", "fen", "price paid by consumers x units, before refunds", better="more"),
    Outcome("refunds_fen", "退款", "Refunds", "fen", "money given back to consumers", better="less"),
    Outcome("net_revenue_fen", "净收入", "Net revenue", "fen",
            "what the brand receives from consumers and resellers, less refunds", better="more"),
    Outcome("cost_goods_fen", "货品成本", "Cost of goods", "fen", "unit cost x units that left the brand", better="less"),
    Outcome("cost_delivery_fen", "配送成本", "Delivery", "fen", "freight out and back", better="less"),
    Outcome("cost_media_fen", "投放与坑位费", "Media", "fen", "advertisements, leads and slot fees", better="less"),
    Outcome("cost_people_fen", "人力成本", "People", "fen", "hosts, staff and surveys", better="less"),
    Outcome("cost_incentives_fen", "激励成本", "Incentives", "fen",
            "red packets, commissions, rewards and rebates", better="less"),
    Outcome("cost_other_fen", "其他成本", "Other costs", "fen", "tools, write-offs and the rest", better="less"),
    Outcome("profit_fen", "累计利润", "Cumulative profit", "fen",
            "net revenue less all costs, summed from day 0, after provisions for buy-back", better="more"),
    Outcome("cash_fen", "现金余额", "Cash", "fen", "brand's cash at the end of the day", better="more"),
    Outcome("buyers", "累计买家", "Buyers to date", "people", "people with at least one order, seed customers included",
            better="more"),
    Outcome("active_buyers", "活跃买家", "Active buyers", "people",
            "people with an order in the last 30 days", better="more"),
    Outcome("trust", "信任度", "Trust in the brand", "index",
            "mean trust in the brand of people who know it, in [0, 1]", "domain 4.4", better="more"),
    Outcome("satisfaction", "满意度", "Satisfaction", "index",
            "mean satisfaction of the day's deliveries", "domain 4.4", "more", "NaN on a day without deliveries"),
    Outcome("fatigue", "疲劳度", "Fatigue", "index", "mean fatigue of people with some", "domain 4.2", "less"),
    Outcome("mutes", "屏蔽", "Mutes", "count", "ties and memberships muted or unfollowed", "domain 4.2", "less"),
    Outcome("complaints", "投诉", "Complaints", "count", "negative talks", "domain 4.5", "less"),
    Outcome("returns", "退货", "Returns", "count", "orders sent back", better="less"),
    Outcome("talks", "口碑传播", "Talks", "count", "people who talked about the product", "domain 4.5"),
    Outcome("members", "私域成员", "Members of owned audiences", "people",
            "memberships in groups and contacts that the seller owns", better="more"),
    Outcome("group_health", "群健康度", "Group health", "index", "mean health of groups, in [0, 1]",
            "domain 4.12", "more", _NO_GROUPS),
    Outcome("zombie_groups", "僵尸群", "Zombie groups", "count", "groups below health .1 for 14 days",
            "domain 4.12", "less", _NO_GROUPS),
    Outcome("observed_activity", "看上去的群活跃度(KPI)", "Observed activity of groups (KPI)", "index",
            "health + fake accounts / members, at most 1; mean over members of groups, in [0, 1]",
            "market 0.6", "more", _NO_GROUPS),
    Outcome("true_activity", "真实群活跃度", "True activity of groups", "index",
            "health; mean over members of groups, in [0, 1]: the observed activity without its fakes",
            "market 0.6", "more", _NO_GROUPS),
    Outcome("unmasked", "小号被识破的群", "Groups with fakes found out", "count",
            "groups whose fake accounts were found out that day", "domain 4.12", "less"),
    Outcome("heat", "网红热度", "KOL heat", "index", "mean heat of rented accounts, 1 at the start",
            "domain 4.11", "more", "NaN where no account is rented"),
    Outcome("staff", "在岗客服", "Staff", "people", "people who answered chats that day, after budget cuts", "domain 4.10"),
    Outcome("chats", "咨询数", "Chats", "count", "people who chatted with staff, whatever came of it", "domain 4.10"),
    Outcome("chat_wait_minutes", "平均等待", "Mean wait for staff", "minutes",
            "minutes until the answer, or until the person gave up, mean of the day's chats", "Erlang1917", "less",
            "NaN on a day without chats"),
    Outcome("chats_lost_share", "咨询流失率", "Share of chats lost", "share", "chats not answered / chats",
            "Palm1957", "less", "NaN on a day without chats"),
    Outcome("agents", "代理人数", "Agents", "people", "resellers active at the end of the day", "domain 4.9"),
    Outcome("agent_joins", "新增代理", "Agents joining", "people", "resellers who joined that day", "domain 4.8"),
    Outcome("agent_exits", "退出代理", "Agents leaving", "people", "resellers who left that day", "domain 4.8", "less"),
    Outcome("channel_stock", "渠道库存", "Channel inventory", "count", "units held by resellers", "domain 4.9", "less"),
    Outcome("sell_in", "压货量", "Sell-in", "count", "units that moved from the brand to resellers", "domain 4.9"),
    Outcome("sell_through", "动销量", "Sell-through", "count", "units resellers sold to consumers",
            "domain 4.9", "more"),
    Outcome("ultimate_units", "最终用户购买件数", "Units to ultimate users", "count",
            "units that resellers sold to people who are no resellers, and who kept them", "domain 4.18", "more"),
    Outcome("bought_back", "回购件数", "Bought back", "count", "units that the brand took back from resellers",
            "domain 4.9"),
    *(Outcome(f"agents_tier_{k}", f"第{k}级代理", f"Agents of tier {k}", "people",
              f"resellers of tier {k}{' and above' if k == 3 else ''} active at the end of the day, 0 the lowest",
              "domain 4.9") for k in range(4)),
    Outcome("bans", "封号", "Bans", "count", "accounts banned that day", "domain 4.13", "less"),
)

DAILY: dict[str, Outcome] = {o.name: o for o in _DAILY}
"""Series of `RunRecord.daily`, by name."""

_NEVER = "NaN if no order was placed"
_REPURCHASE = "seed customers count from day 0; only buyers with at least that many days left after their first order count; NaN if there are none"
_NO_LINE = "NaN if the line was never reached"
_NO_PAY = "NaN where resellers were paid nothing"
_NO_SELL_IN = "NaN where nothing was sold to resellers"
_INCOME = "NaN without resellers; Gini is taken on gross income because it has no meaning with negative values"

_SUMMARY = (
    Outcome("profit_fen", "利润", "Profit", "fen",
            "cumulative profit on the last day, after provisions for buy-back", better="more"),
    Outcome("gmv_fen", "成交总额 GMV", "GMV", "fen", "sum of daily GMV: exposures x conversion x order value",
            better="more"),
    Outcome("orders", "订单数", "Orders", "count", "sum of daily orders", better="more"),
    Outcome("buyers", "买家数", "Buyers", "people",
            "people with at least one order; seed customers count, their first order is that of day 0", better="more"),
    Outcome("new_buyers", "新买家", "New buyers", "people",
            "people whose first order ever falls in the run: buyers beyond the seed customers", better="more"),
    Outcome("conversion", "转化率", "Conversion", "share", "orders / messages seen", "domain 4.19", "more",
            "NaN if nothing was seen"),
    Outcome("order_value_fen", "客单价", "Order value", "fen", "GMV / orders", "domain 4.19", "more", _NEVER),
    Outcome("cac_fen", "获客成本 CAC", "CAC", "fen",
            "media, people and incentive costs / buyers beyond the seed customers", "domain 4.19", "less",
            "NaN without a new buyer; with an empty strategy list nothing is spent, so it is 0 or NaN"),
    Outcome("ltv_fen", "客户价值 LTV", "LTV", "fen",
            "contribution margin of a buyer: margin share of net revenue x mean spending, over buyers who were "
            "observed for at least 90 days", "domain 4.19", "more",
            "spending after the horizon is not counted; NaN if nobody was observed for 90 days or nothing was sold"),
    Outcome("payback_day", "回本日", "Payback day", "day",
            "first day after the last loss-making one of cumulative profit", "domain 4.19", "less",
            "NaN if cumulative profit is still negative on the last day (never reached within the run)"),
    Outcome("cash_trough_fen", "现金最低点", "Lowest cash", "fen", "lowest daily cash, opening cash included",
            "domain 4.19", "more"),
    Outcome("cash_trough_day", "现金最低日", "Day of the trough", "day", "first day of the lowest cash", "domain 4.19"),
    Outcome("insolvent_day", "资不抵债日", "Insolvent on day", "day", "first day on which a due debt could not be paid",
            "design 6", "more", "NaN if it never happened (the good case)"),
    Outcome("k_factor", "裂变系数 K", "K-factor", "index",
            "buyers whose first order came along a personal tie / all buyers, seed customers included", "domain 2.8", "more", _NEVER),
    *(Outcome(f"repurchase_rate_{d}d", f"{d}天复购率", f"Repurchase within {d} days", "share",
              f"buyers with a second order within {d} days of the first / buyers", "domain 4.19", "more", _REPURCHASE)
      for d in (30, 90, 180)),
    Outcome("retention_90d", "90天留存率", "Retention after 90 days", "share",
            "buyers with an order 90 days or later after the first / buyers", "domain 4.19", "more", _REPURCHASE),
    Outcome("trust_mean", "期末信任", "Trust at the end", "index", "trust in the brand on the last day",
            "domain 4.4", "more"),
    Outcome("trust_spread", "信任离散度", "Spread of trust", "index",
            "standard deviation over people of trust in the brand on the last day", "domain 4.19", "neutral",
            "NaN if the run did not record it"),
    Outcome("satisfaction_mean", "平均满意度", "Satisfaction", "index", "daily satisfaction weighted by units",
            "domain 4.4", "more", "NaN if nothing was delivered"),
    Outcome("mutes", "屏蔽总数", "Mutes", "count", "sum of daily mutes", "domain 4.2", "less"),
    Outcome("complaints", "投诉总数", "Complaints", "count", "sum of daily complaints", "domain 4.5", "less"),
    Outcome("return_rate", "退货率", "Return rate", "share", "orders sent back / orders", better="less", undefined=_NEVER),
    Outcome("members_end", "期末私域成员", "Members at the end", "people", "members on the last day", better="more"),
    Outcome("group_health_end", "期末群健康度", "Group health at the end", "index", "group health on the last day",
            "domain 4.12", "more", _NO_GROUPS),
    Outcome("zombie_share", "僵尸群占比", "Share of zombie groups", "share", "zombie groups on the last day / groups",
            "domain 4.12", "less", _NO_GROUPS),
    Outcome("chats", "咨询总数", "Chats", "count", "sum of daily chats", "domain 4.10"),
    Outcome("chat_wait_minutes", "平均等待", "Mean wait for staff", "minutes", "daily mean wait weighted by chats",
            "Erlang1917", "less", _NO_CHATS),
    Outcome("chats_lost_share", "咨询流失率", "Share of chats lost", "share", "chats not answered / chats", "Palm1957",
            "less", _NO_CHATS),
    Outcome("heat_end", "期末网红热度", "KOL heat at the end", "index", "heat of rented accounts on the last day, 1 at the start",
            "domain 4.11", "more", "NaN where no account is rented"),
    Outcome("n_agents", "代理总数", "Agents in all", "people", "resellers who ever joined", "domain 4.9"),
    Outcome("losing_agent_share", "亏损代理占比", "Agents losing money", "share",
            "resellers with a negative cash result, unsold stock at salvage value / resellers", "domain 4.18", "less",
            _NO_AGENTS),
    Outcome("agent_income_median_fen", "代理净收入中位数", "Median agent's net income", "fen",
            "median net result of resellers, unsold stock at salvage value", "domain 4.18", "more", _NO_AGENTS),
    Outcome("agent_income_top1_share", "头部1%代理收入占比", "Top 1 % of agents' share of income", "share",
            "gross income (margin on own sales + all pay) of the best-paid 1 % (at least one) / gross income of all", "domain 4.18", "less", _INCOME),
    Outcome("agent_income_gini", "代理收入基尼系数", "Gini of agents' income", "index",
            "Gini coefficient of gross income (margin on own sales + all pay) with the n/(n-1) correction", "domain 2.8", "less", _INCOME),
    Outcome("zero_recruit_share", "零推荐代理占比", "Agents who recruited nobody", "share",
            "resellers without a recruit / resellers", "domain row 71", "neutral", _NO_AGENTS),
    Outcome("compliance_people", "层级网络人数(全部下线)", "People, all downlines", "people",
            "people who ever became resellers, and the organiser", "domain row 80", "less"),
    Outcome("compliance_people_paid", "层级网络人数(不计终端消费者)", "People, end consumers left out", "people",
            "the organiser and resellers who sold to others or recruited somebody", "domain row 83", "less"),
    Outcome("compliance_levels", "层级数(全部下线)", "Levels, all downlines", "count",
            "levels of the deepest line of recruits, the organiser's own included", "domain row 80", "less"),
    Outcome("compliance_levels_paid", "计酬层级数", "Levels that are paid", "count",
            "as before, end consumers left out, and no more than rebate levels + 1", "domain row 83", "less"),
    *(Outcome(f"compliance_{what}_day{count}", f"{zh}({zh_count})", f"{en}, {en_count}", "day",
              f"first day with {rule}, the organiser included, {en_count}", f"domain row {row}", "more", _NO_LINE)
      for what, zh, en, rule, row in (
          ("levels", "达到3级之日", "Day of 3 levels", "3 levels", 80),
          ("line", "越线日:30人3级", "Day of 30 people and 3 levels", "at least 30 people and 3 levels", 80),
          ("serious", "达到120人之日", "Day of 120 people", "at least 120 people", 82))
      for count, zh_count, en_count in (("", "全部下线", "all downlines"), ("_paid", "仅计酬层级", "paid levels only"))),
    Outcome("compliance_light", "合规信号灯", "Compliance light", "light",
            "0 green, 1 amber, 2 red, all downlines counted; a convention, never legal advice", "domain 4.18", "less"),
    Outcome("compliance_light_paid", "合规信号灯(仅计酬层级)", "Compliance light, paid levels only", "light",
            "the same with paid levels only", "domain 4.18", "less"),
    Outcome("entry_fee_fen", "入门费", "Entry fee", "fen", "smallest buy-in of a reseller", "domain row 79", "less"),
    Outcome("entry_payments_fen", "入门款总额", "Entry payments", "fen",
            "what all resellers paid to enter, forced purchases included", "domain row 82", "less"),
    Outcome("recruiting_income_share", "拉人收入占比", "Recruiting share of agents' income", "share",
            "pay for recruits and for entry fees / all pay of resellers (retail margin, rebates, tier spread, rewards)",
            "domain 4.18", "less", _NO_PAY),
    Outcome("entry_fee_ratio", "入门费报酬占比", "Entry-fee share of agents' income", "share",
            "pay on recruits' entry purchases / all pay of resellers", "domain row 79", "less", _NO_PAY),
    Outcome("team_pay_ratio", "团队计酬占比", "Team-pay share of agents' income", "share",
            "pay on downlines' purchases (level and same-level rebates, tier spread) / all pay of resellers",
            "domain rows 79 and 81", "less", _NO_PAY),
    Outcome("own_sales_pay_ratio", "报酬与本人销售额之比", "Pay to own sales", "share",
            "all pay of resellers / their own sales to consumers, refunds taken off", "domain row 84", "less",
            "NaN where resellers sold nothing to consumers, or their sales were not recorded"),
    Outcome("ultimate_user_share", "最终用户购买占比", "Share bought by ultimate users", "share",
            "units sold to people who are no resellers, and kept / units sold in to resellers", "domain 4.18", "more",
            _NO_SELL_IN),
    Outcome("channel_stock_ratio", "渠道积压率", "Channel inventory ratio", "share",
            "units held by resellers on the last day / units sold in to resellers", "domain 4.18", "less", _NO_SELL_IN),
    Outcome("buyback_share", "回购退货率", "Share bought back", "share",
            "units bought back from resellers / units sold in to resellers", "domain 4.18", "neutral", _NO_SELL_IN),
    Outcome("break_even_recruits", "回本所需推荐人数", "Recruits needed to break even", "people",
            "entry fee / what a direct recruit brings the sponsor, rounded up: ceil(c / d)", "domain 2.8", "less",
            "NaN where nothing was paid for recruits"),
    Outcome("income_shown_fen", "招募时展示的月收入", "Monthly income shown to recruits", "fen",
            "mean monthly income that invitations to become a reseller showed", "domain 4.18", "neutral",
            "NaN where nobody was invited to become a reseller"),
    Outcome("income_true_fen", "代理真实月净收入", "Agents' true monthly net income", "fen",
            "net result of all resellers / months that they were resellers", "domain 4.18", "more", _NO_AGENTS),
    Outcome("deceptive_income_index", "收入夸大指数", "Deceptive-income index", "index",
            "monthly income shown / true monthly net income", "domain 4.18", "less",
            "NaN where nothing was shown, or where resellers earned nothing on average: any income shown then deceives"),
    Outcome("top_seller_share", "头部卖家依赖度", "Dependence on the top seller", "share",
            "sales value of the largest single reseller or rented account / GMV", "design 8", "less",
            "NaN where nobody but the brand sells"),
    Outcome("survival_after_shock", "冲击后存活率", "Survival after a shock", "share",
            "GMV of the 30 days after the first shock / GMV of the 30 days before it", "design 8", "more",
            "NaN without a shock, with fewer than 30 days on either side, or with no sales before it"),
    Outcome("participants_result_fen", "全体参与者净结果", "Result of all participants", "fen",
            "profit of the brand + net results of its resellers", "design 6", "more"),
)

SUMMARY: dict[str, Outcome] = {o.name: o for o in _SUMMARY}
"""Outcomes of one run, by name; the columns of a comparison's table."""

FACTS: dict[str, str] = {
    "n_seed_customers": "people who had bought before day 0",
    "opening_cash_fen": "the brand's cash before day 0",
    "list_price_fen": "list price of the first product",
    "unit_cost_fen": "unit cost of the first product",
    "inventory_fen": "the brand's stock at cost on the last day",
    "payables_fen": "what the brand owes on the last day",
    "buyback_provision_fen": "what taking all unsold stock back would cost, less the goods at cost (already in the daily profit)",
    "trust_sd": "standard deviation over people of trust in the brand on the last day",
    "n_groups": "groups the strategy keeps",
    "rebate_levels": "levels of uplines that a sale pays",
    "entry_fee_fen": "smallest buy-in of a reseller",
    "recruiting_income_fen": "what resellers are owed for recruits and entry fees together",
    "entry_fee_pay_fen": "what resellers are owed on recruits' entry purchases, level rebates included; part of the former",
    "team_pay_fen": "what resellers are owed on downlines' later purchases: level and same-level rebates, tier spread",
    "retail_sales_fen": "resellers' own sales to consumers, refunds taken off",
    "retail_cost_fen": "what the goods in those sales had cost the resellers, less commissions on them",
    "entry_payments_fen": "what resellers paid to enter, forced purchases included",
    "income_shown_fen": "mean monthly income that invitations to become a reseller showed",
    "top_seller_share": "share of the largest single reseller or rented account in GMV",
    "shock_day": "day of the first shock",
    "insolvent_day": "first day on which a due debt could not be paid",
}
"""Scalars of `RunRecord.facts` that summaries read; all but the first five may be absent."""

LAST_TOUCH_ORDERS, LAST_TOUCH_FEN = "last_touch_orders.", "last_touch_fen."
"""Facts of a strategy, before its id: orders placed on its offers, and what was paid for them. Without an id: the orders of
the brand's own shop, from memory or on a friend's word, which are nobody's."""

PARTS_OF_A_WHOLE = frozenset({
    "conversion", "repurchase_rate_30d", "repurchase_rate_90d", "repurchase_rate_180d", "retention_90d", "zombie_share",
    "chats_lost_share", "losing_agent_share", "agent_income_top1_share", "zero_recruit_share", "recruiting_income_share",
    "top_seller_share"})
"""Shares that lie between nought and one whatever happens; other ratios may exceed one."""

LIGHTS = ("green", "amber", "red")
"""Names of the values of `compliance_light`."""

LINE_DAYS = tuple(f"compliance_{what}_day{count}" for what in ("levels", "line", "serious") for count in ("", "_paid"))
"""Days on which a scheme reaches a line, under both ways of counting."""

NEVER_REACHED = frozenset({"payback_day", "insolvent_day", *LINE_DAYS})
"""Days that are NaN because they lie beyond the end of the run: later than any day in it."""
