"""What customers put into an order."""

from decimal import Decimal

from .life import Life


def basket(life: Life, *, discount: int = 0, small: bool = False, goods=None) -> list[dict]:
    """One to four bicycles, few of each; the popular ones more often."""
    goods, weights = (goods, None) if goods else (life.goods, life.weights)
    chosen = {i.pk: i for i in life.rng.choices(goods, weights, k=life.rng.randrange(1, 3 if small else 5))}
    most = 3 if small else 7
    return [
        {"item": item, "quantity": Decimal(life.rng.randrange(1, most)), "discount_pct": Decimal(discount)}
        for item in chosen.values()
    ]
