"""Claims that set ways of selling against each other: 32 direct sales, 33 dual rebate, 46 live selling into a private domain.

The ways are the shipped scenarios as they are, with their 20,000 people: costs, cash and audiences are made
for that size, and a run takes hardly longer than one of 4,000.
"""

from __future__ import annotations

from sim.experiment.claims.claim import SHIPPED_PEOPLE, Arm, Claim, Part, Settings, against


def _staffed(people: int) -> Arm:
    """Return direct sales with the shipped traffic, and experienced staff that stays as it is: nobody is hired or quits."""
    staff = "strategies.direct_sales.staff"
    return Arm("direct_sales", (f"{staff}.people={people}", f"{staff}.most={people}", f"{staff}.worked=365",
                                f"{staff}.quits=0"))


_NO_QUEUE: Settings = ("mechanisms.fulfilment.queues=false",)
_COUNTER = ("strategies.direct_sales.counter.minutes_a_chat", "strategies.direct_sales.counter.patience")

DIRECT = Claim(32, (
    # The profit of a unit is the highest of all ways. Off: nobody takes a discount, a fee or a commission from the others.
    Part("a", "profit_per_unit", tuple(map(Arm, ("direct_sales", "community", "influencer", "dual_rebate", "paid_ads"))),
         against_best=True,
         off=("strategies.influencer.discount=0", "strategies.influencer.commission=0",
              "strategies.influencer.fee_per_follower=0", "strategies.paid_ads.take_rate=0",
              "strategies.direct_sales.staff.commission=0"),
         rests_on=("strategies.direct_sales.staff.base_pay", "strategies.direct_sales.leads.price")),
    # Waiting rises with the load. Off: nobody waits for staff.
    Part("b", "chat_wait_minutes", against(_staffed(1), _staffed(4)), off=_NO_QUEUE, rests_on=_COUNTER),
    # Sales are lost beyond capacity.
    Part("c", "orders", against(_staffed(1), _staffed(4)), relative=True, direction=-1, off=_NO_QUEUE, rests_on=_COUNTER),
), people=SHIPPED_PEOPLE)

_REBATES = "strategies.dual_rebate.rebates"
_WITHOUT_REBATES: Settings = (f"{_REBATES}.referral=0", f"{_REBATES}.levels=[]", f"{_REBATES}.same_level=0",
                              f"{_REBATES}.spread=false")
_NO_RECRUITS: Settings = ("mechanisms.recruiting.reseller_base=-50",)
_TREE = ("strategies.dual_rebate.founders", "mechanisms.recruiting.reseller_base")

DUAL = Claim(33, (
    # The highest early growth of all ways. Off: nobody joins the founders.
    Part("a", "sales_of_a_quarter", tuple(map(Arm, ("dual_rebate", "community", "influencer", "direct_sales"))),
         against_best=True, relative=True, off=_NO_RECRUITS, rests_on=_TREE),
    # Riskiest: rebates make incomes unequal, more than half lose, and the line of the law is crossed.
    Part("b", "agent_income_gini", against(Arm("dual_rebate"), Arm("dual_rebate", _WITHOUT_REBATES)), off=_NO_RECRUITS,
         rests_on=_TREE),
    Part("c", "losing_agent_share", (Arm("dual_rebate"),), margin=0.5, off=("strategies.dual_rebate.buy_back=100%",),
         rests_on=("strategies.dual_rebate.stock.buy_in", *_TREE)),
    Part("d", "days_beyond_the_line", (Arm("dual_rebate"),), off=_NO_RECRUITS, rests_on=_TREE),
), people=SHIPPED_PEOPLE)

_SUM = (Arm("live_to_private"), Arm("influencer", (), -1.0), Arm("community", (), -1.0), Arm("base"))
"""Both - live - private + nothing: what fixed costs and the first customers bring counts as often on each side."""
_SETTLE = ("mechanisms.recruiting.buyer_joins", "mechanisms.repurchase.memory")

SETTLING = Claim(46, (
    Part("a", "profit_fen", _SUM, off=("mechanisms.recruiting.buyer_joins=0", "mechanisms.recruiting.join_base=-50"),
         rests_on=_SETTLE),
    Part("b", "profit_fen", _SUM, off=("brand.product.uses_days=3650",), off_rule="smaller", rests_on=_SETTLE),
    Part("c", "profit_fen", _SUM, off=("mechanisms.heat.mode=even",), off_rule="smaller", rests_on=_SETTLE),
), people=SHIPPED_PEOPLE)

CLAIMS = (DIRECT, DUAL, SETTLING)
