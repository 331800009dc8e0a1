"""A million leads and a million customers: duplicate check, pool pages of every role, claims, the nightly return.

    python bench/pools.py [--rows 1000000] [--stale 100000] [--parts duplicates,pages,claims,night]

The leads and customers are made once in the data folder, by SQL; --stale of both together go back in the night. What
went back in an earlier run is made due again, so that every run measures the same; --parts "" only makes them.
"""

import sys
import time

from harness import Answer, at_once, context, main, median, p95, signed_in, times
from making import pools as making

PEOPLE = 100
PAGES = {
    "leads that wait": "/crm/leads/?state=open",
    "leads": "/crm/leads/",
    "leads by value": "/crm/leads/?state=open&order=-value",
    "customers that wait": "/crm/pool-customers/?state=waiting",
    "customers by worth": "/crm/pool-customers/?state=waiting&order=-worth",
    "the page to claim from": "/crm/pools/",
}
ROUNDS = 24


def arguments(parser) -> None:
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--stale", type=int, default=100_000)
    parser.add_argument("--parts", default="duplicates,pages,claims,night")


def measure(options) -> list[Answer]:
    made = making.make(options.rows, options.stale // 2, lambda text: print(text, file=sys.stderr, flush=True))
    parts = {
        "duplicates": lambda: _duplicates(options.rows),
        "pages": _pages,
        "claims": _claims,
        "night": lambda: _night(options.stale),
    }
    answers = [Answer("making leads and customers", round(made), "s", 300)] if made else []
    for name in options.parts.split(",") if options.parts else ():
        answers += parts[name]()
    return answers


def _duplicates(rows: int) -> list[Answer]:
    """Questions as forms and the search ask them; of what is there, what is like it and what is not there."""
    from mainspring.kernel import database
    from mainspring.modules.parties import queries as parties

    ctx, ask = context(), parties.collisions
    lead = database.rows("SELECT name, phone, email, registry_code FROM crm_lead WHERE number = %(n)s",
                         n=f"LB{rows // 2 + 1:08}")[0]  # fmt: skip
    chinese = database.rows(
        "SELECT name, sound_key FROM crm_lead WHERE number = %(n)s", n=f"LB{rows // 2 // 10 * 10:08}"
    )
    word = lead["name"].split()[1].lower()
    whole = ask.Asked(ctx.company_id, lead["name"], lead["registry_code"], "", "LT", lead["phone"], lead["email"])
    new = ask.Asked(ctx.company_id, "Quxwy Jahzex UAB", "Q1", "LTQ1", "LT", "+37069999999", "nobody@else.example")
    questions = {
        "one that is there": lambda: ask.same(whole),
        "one that is new": lambda: ask.same(new),
        "one that is there, with names alike": lambda: ask.alike(whole),
        "one that is new, with names alike": lambda: ask.alike(new),
        "a hundred rows of a list": lambda: ask.same_many([new] * 100),
        "a word of a name": lambda: ask.search(word, ctx.company_id),
        "a name": lambda: ask.search(lead["name"], ctx.company_id),
        "a phone": lambda: ask.search(lead["phone"], ctx.company_id),
        "an e-mail": lambda: ask.search(lead["email"], ctx.company_id),
        "a Chinese name": lambda: ask.search(chinese[0]["name"], ctx.company_id),
        "a Chinese name by pinyin": lambda: ask.search(chinese[0]["sound_key"], ctx.company_id),
    }
    found = []
    for what, question in questions.items():
        spent = times(question, 20, warm_up=3)
        found.append(Answer(f"duplicate check, {what}: p95", p95(spent), "ms", 50))
    return found


def _pages() -> list[Answer]:
    """Every page for each person of the demo whose role opens it; for the others, how many are closed."""
    from mainspring.kernel import looking
    from mainspring.kernel.models import User

    looking.limit = lambda company_id: 1_000_000  # views of people are counted as ever, only nobody is stopped
    found = []
    demo = User.objects.filter(memberships__isnull=False).exclude(username__startswith="pool")
    for user in demo.distinct().order_by("pk"):
        client, closed = signed_in(user.username), 0
        for what, address in PAGES.items():
            if client.get(address).status_code != 200:
                closed += 1
                continue
            spent = times(lambda c=client, a=address: c.get(a), ROUNDS)
            found.append(Answer(f"{what}, {user.username}: p95", p95(spent), "ms", 150))
        if closed:
            found.append(Answer(f"pages closed to {user.username}", closed, "pages"))
    return found


def _claims() -> list[Answer]:
    """A hundred representatives claim a hundred customers in the same moment."""
    from mainspring.kernel import commands
    from mainspring.kernel.context import Context
    from mainspring.kernel.models import User
    from mainspring.modules.crm.models import PoolMove
    from mainspring.modules.parties.models import Party

    ctx = context()
    people = list(User.objects.filter(username__startswith="pool").order_by("pk")[:PEOPLE])
    waiting = list(Party.objects.filter(pooled_at__isnull=False, code__startswith="B").order_by("pk")[: PEOPLE * 2])
    before = PoolMove.objects.filter(cause="claimed").count()

    def claim(n: int) -> tuple[float, float]:
        began = time.perf_counter()
        commands.perform(waiting[n], "claim", Context(people[n % PEOPLE], ctx.business_date, ctx.company_id))
        return began, time.perf_counter()

    # Each has claimed before, on the same connection: a server keeps those open and their plans made.
    done_at, errors = at_once(PEOPLE, claim, ready=lambda n: claim(PEOPLE + n))
    seconds = max(end for _start, end in done_at) - min(start for start, _end in done_at)
    spent = [(end - start) * 1000 for start, end in done_at]
    done = PoolMove.objects.filter(cause="claimed").count() - before
    return [
        Answer("claims at once", len(spent), "claims", PEOPLE, exactly=True),
        Answer("claims on record", done, "claims", PEOPLE * 2, exactly=True),
        Answer("errors", len(errors), "errors", 0, exactly=True),
        Answer("claims a second", round(len(spent) / seconds), "claims/s", 100, at_least=True),
        Answer("a claim among a hundred: median", median(spent), "ms"),
    ]


def _night(stale: int) -> list[Answer]:
    from mainspring.kernel import database
    from mainspring.modules.crm import jobs

    if database.scalar("SELECT count(*) FROM crm_poolmove WHERE cause = 'no_follow_up'"):
        making.again()
    ctx, both = context(), (jobs.recycle_leads, jobs.recycle_customers)
    began = time.perf_counter()
    found, errors = at_once(2, lambda n: both[n].fn(None, ctx))  # as the two workers do them
    seconds = time.perf_counter() - began
    if errors:
        raise RuntimeError(errors)
    result = {name: count for one in found for name, count in one.items()}
    wrong = database.scalar("SELECT count(*) FROM crm_poolcustomer c JOIN parties_party p ON p.id = c.party_id "
                            "WHERE (p.pooled_at IS NULL) <> (c.state = 'held')")  # fmt: skip
    return [
        Answer("returned in the night", result["leads"] + result["customers"], "records"),
        Answer(f"the nightly return, {stale} due", round(seconds, 1), "s", 30),
        Answer("customers in two places or none", wrong, "customers", 0, exactly=True),
    ]


if __name__ == "__main__":
    main("A million leads and customers in pools", measure, arguments=arguments)
