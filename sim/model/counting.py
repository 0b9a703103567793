"""What the record counts of a day in one pass over its tables: sales, resellers, incomes shown to recruits."""

from __future__ import annotations

from sim.core.kernel import Array, Number, kernel


@kernel()
def count_sales(person: Array, product: Array, quantity: Array, price_fen: Array, seller: Array, ours: Array,
                before: Array, last: Array, old: Array, day: int, horizon: int, who: Array) -> tuple[Number, ...]:
    """Return orders, units, value, units from resellers, first orders, the change of active buyers, and how many bought.

    person, product, quantity, price_fen, seller: (orders,); ours: whether a product is the brand's, (P,); before,
    last: whether and on which day people bought, (N,), brought up to date; old: who bought `horizon` days ago; who:
    written, today's buyers.
    """
    orders, units, value, passed, first, active, n = 0, 0, 0, 0, 0, 0, 0
    for k in range(len(person)):
        if not ours[product[k]]:
            continue
        i = person[k]
        orders += 1
        units += quantity[k]
        value += price_fen[k] * quantity[k]
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
    return orders, units, value, passed, first, active, n


@kernel()
def count_agents(brand: Array, tier: Array, joined: Array, left: Array, stock: Array, size: int, products: Array, day: int,
                 tiers: Array) -> tuple[Number, ...]:
    """Return who resells for the first brand, who joined and who left today, and units of its products held by anybody.

    brand, tier, joined, left: (rows,), of which `size` count; stock: (rows, P); products: the brand's; tiers: written,
    resellers by tier, the last one with all above.
    """
    here, came, went, held = 0, 0, 0, 0
    for r in range(size):
        for p in products:
            held += stock[r, p]
        if brand[r] == 0:
            came += joined[r] == day
            went += left[r] == day
            if left[r] < 0:
                here += 1
                tiers[min(tier[r], len(tiers) - 1)] += 1
    return here, came, went, held


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
def count_retail(seller: Array, person: Array, product: Array, quantity: Array, price_fen: Array, kept: Array, spoiled: Array,
                 ours: Array, owner: Array, unit_fen: Array, row_of: Array, units: Array, value_fen: Array, cost_fen: Array,
                 paid_fen: Array) -> int:
    """Add a day's sales to what resellers sold to others; returns the units kept by people who are no resellers.

    seller, person, product, quantity, price_fen, kept, spoiled: (orders,); ours: (P,); owner: (rows,); unit_fen: (rows, P);
    row_of: (N,); units, value_fen, cost_fen, paid_fen: (rows,), brought up to date, as `Retail` has them.
    """
    ultimate = 0
    for k in range(len(seller)):
        r, p = seller[k], product[k]
        if r < 0 or not ours[p]:
            continue
        if kept[k] and row_of[person[k]] < 0:
            ultimate += quantity[k]
        if owner[r] == person[k]:  # own use is no sale
            continue
        value = price_fen[k] * quantity[k]
        paid_fen[r] += value
        if kept[k]:
            units[r] += quantity[k]
            value_fen[r] += value
        if kept[k] or spoiled[k]:
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
