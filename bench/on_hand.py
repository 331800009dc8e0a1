"""How long does what is on hand of every item in every place take, now and on a past day?"""

from datetime import timedelta

from harness import Answer, context, main, median, times


def measure(options) -> list[Answer]:
    from mainspring.modules.stock import queries
    from mainspring.modules.stock.models import StockMove

    ctx = context()
    rows = queries.on_hand_everywhere(ctx)
    answers = [
        Answer("stock moves", StockMove.objects.count(), "moves"),
        Answer("items × places", len(rows), "rows"),
        Answer("on hand now", median(times(lambda: queries.on_hand_everywhere(ctx), 7)), "ms", 200),
    ]
    for days in (7, 100, 500, 1000):
        day = ctx.business_date - timedelta(days=days)
        spent = times(lambda d=day: queries.on_hand_everywhere(ctx, d), 5)
        answers.append(Answer(f"on hand {days} days ago", median(spent), "ms", 200))
    return answers


if __name__ == "__main__":
    main("On hand of every item and place", measure)
