"""What the record counts of a day in one pass over its tables: sales, resellers, incomes shown to recruits."""

from __future__ import annotations

from sim.core.kernel import Array, Number, kernel


@kernel()
def count_sales(person: Array, product: Array, quantity: Array, price_fen: Array, seller: Array, offer: Array, returned: Array,
                refund_fen: Array, ours: Array, before: Array, last: Array, old: Array, day: int, horizon: int, strategy_of: Array,
                touched: Array, who: Array) -> tuple[Number, ...]:
    """Count a day's sales of the brand.

    Returns orders, units, value, units from resellers, first orders, the change of active buyers, what was refunded, how many
    came back, and how many bought.

    Parameters
    ----------
    person to offer, returned, refund_fen : (orders,), what was sold, and what became of it
    ours : (P,), whether a product is the brand's; before, last : (N,), whether and on which day people bought, brought up to date
    old : who bought `horizon` days ago
    strategy_of : (O,), whose offer it is, -1 for shops
    touched : int64 (1 + strategies, 2), orders and fen by whose offer was bought, the first row nobody's; brought up to date
    who : (orders,), written: today's buyers
    """
    orders, units, value, passed, first, active, refunds, back, n = 0, 0, 0, 0, 0, 0, 0, 0, 0
    for k in range(len(person)):
        if not ours[product[k]]:
            continue
        i, fen = person[k], price_fen[k] * quantity[k]
        orders += 1
        units += quantity[k]
        value += fen
        refunds += refund_fen[k]
        back += returned[k]
        row = strategy_of[offer[k]] + 1
        touched[row, 0] += 1
        touched[row, 1] += fen
        if seller[k] >= 0:
            passed += quantity[k]
        if last[i] != day:
            active += last[i] <= day - horizon
            last[i] = day
            first += not before[i]
            before[i] = True
            who[n] = i
            n += 1
    for k in range(len(old)):
        active -= last[old[k]] == day - horizon
    return orders, units, value, passed, first, active, refunds, back, n


@kernel()
def count_agents(brand: Array, tier: Array, joined: Array, left: Array, stock: Array, size: int, ours: Array, day: int,
                 buyer: Array, supplier: Array, product: Array, quantity: Array, counts: Array) -> None:
    """Count who resells for the first brand and what they hold.

    brand, tier, joined, left: (rows,), of which `size` count; stock: (rows, P); ours: (P,), whether a product is the brand's;
    buyer to quantity: (m,), goods moved in the channel today; counts: written, zeros before: resellers, who joined and who left
    today, units of the brand's products held by anybody, sold in and bought back today, and resellers by tier, the last one
    with all above.
    """
    tiers = len(counts) - 6
    for r in range(size):
        for p in range(len(ours)):
            counts[3] += stock[r, p] if ours[p] else 0
        if brand[r] == 0:
            counts[1] += joined[r] == day
            counts[2] += left[r] == day
            if left[r] < 0:
                counts[0] += 1
                counts[6 + min(tier[r], tiers - 1)] += 1
    for k in range(len(buyer)):
        if ours[product[k]]:
            counts[4] += quantity[k] if supplier[k] < 0 else 0
            counts[5] += quantity[k] if buyer[k] < 0 else 0


@kernel()
def count_shown(sponsor: Array, role_tier: Array, brand: Array, income_fen: Array, joined_sponsor: Array,
                joined_tier: Array, refused_sponsor: Array, refused_tier: Array, row_of: Array) -> tuple[Number, ...]:
    """Return the income shown to whoever was asked to resell for the first brand, summed, and how many they were.

    sponsor, role_tier, brand, income_fen: invitations (m,), of which the first of each sponsor counts; joined_,
    refused_: what became of them; row_of: working space (N,), -1 before and after.
    """
    shown, asked = 0, 0
    for k in range(len(sponsor) - 1, -1, -1):
        if role_tier[k] >= 0 and brand[k] == 0 and sponsor[k] >= 0:
            row_of[sponsor[k]] = k
    for k in range(len(joined_sponsor)):
        if joined_tier[k] >= 0 and joined_sponsor[k] >= 0 and row_of[joined_sponsor[k]] >= 0:
            shown += income_fen[row_of[joined_sponsor[k]]]
            asked += 1
    for k in range(len(refused_sponsor)):
        if refused_tier[k] >= 0 and refused_sponsor[k] >= 0 and row_of[refused_sponsor[k]] >= 0:
            shown += income_fen[row_of[refused_sponsor[k]]]
            asked += 1
    for k in range(len(sponsor)):
        if sponsor[k] >= 0:
            row_of[sponsor[k]] = -1
    return shown, asked


@kernel()
def count_retail(seller: Array, person: Array, product: Array, quantity: Array, price_fen: Array, returned: Array, resaleable: Array,
                 ours: Array, owner: Array, unit_fen: Array, row_of: Array, units: Array, value_fen: Array, cost_fen: Array,
                 paid_fen: Array) -> int:
    """Add a day's sales to what resellers sold to others; returns the units kept by people who are no resellers.

    seller to price_fen, returned, resaleable: (orders,), what was sold and what became of it; ours: (P,); owner: (rows,);
    unit_fen: (rows, P); row_of: (N,); units, value_fen, cost_fen, paid_fen: (rows,), brought up to date, as `Retail` has them.
    """
    ultimate = 0
    for k in range(len(seller)):
        r, p = seller[k], product[k]
        if r < 0 or not ours[p]:
            continue
        kept = returned[k] == 0
        if kept and row_of[person[k]] < 0:
            ultimate += quantity[k]
        if owner[r] == person[k]:  # own use is no sale
            continue
        value = price_fen[k] * quantity[k]
        paid_fen[r] += value
        if kept:
            units[r] += quantity[k]
            value_fen[r] += value
        if kept or resaleable[k] == 0:
            cost_fen[r] += unit_fen[r, p] * quantity[k]
    return ultimate


@kernel()
def count_pay(account: Array, owner: Array, purpose: Array, amount_fen: Array, reseller: int, kind_of: Array, day: int,
              profit_day: Array, pay_fen: Array) -> None:
    """Count what resellers are owed for what others bought, and for whom they brought.

    account, owner, purpose, amount_fen: (n,), payees; reseller: the account that counts; kind_of: (purposes,), the column
    of pay_fen, -1 for what is no such pay; profit_day: (rows,), pay_fen: (rows, 4), brought up to date.
    """
    for k in range(len(account)):
        kind = kind_of[purpose[k]]
        if account[k] == reseller and kind >= 0 and amount_fen[k] > 0:
            profit_day[owner[k]] = day
            pay_fen[owner[k], kind] += amount_fen[k]
