"""What the demo uses to be found: campaigns, a form in three languages, routes by country, rules for scores."""

from datetime import timedelta

from mainspring.kernel import commands
from mainspring.kernel.models import Company

from .models import Campaign, CountryRoute, LeadForm, LeadPool, ScoreRule

CAMPAIGNS = (
    ("FAIR", "Eurobike fair", "fair", 120, 30, 12000, 11400),
    ("SPRING", "Spring letter to shops", "mail", 60, 40, 2500, 1800),
    ("SEARCH", "Search engine, e-bikes", "search", 200, 400, 9000, 5200),
)
"""Code, name, channel, days since it began, days it lasts, budget and cost."""

RULES = (
    ("Worth more than 10,000", "Vertė per 10 000", "预计金额超过一万", {"value__gte": "10000"}, 35),
    ("Came by recommendation", "Rekomenduotas", "由他人推荐", {"source": "referral"}, 25),
    ("Met at a fair", "Susitikta parodoje", "在展会上认识", {"source": "event"}, 15),
    ("Left a phone number", "Paliko telefoną", "留下了电话", {"phone__empty": "0"}, 15),
    ("Wrote by itself", "Parašė pats", "主动来信", {"source": "web"}, 20),
    ("No e-mail", "Be el. pašto", "没有电子邮箱", {"email__empty": "1"}, -15),
    ("Worth less than 3,000", "Vertė iki 3 000", "预计金额不足三千", {"value__lt": "3000"}, -10),
)

COUNTRIES = {"BALT": "LT LV EE", "DACH": "DE AT CH", "NORD": "SE NO FI DK", "PL": "PL", "CN-E": "CN"}

TEXTS = (
    {
        "language": "en",
        "title": "Become a dealer",
        "intro": "Tell us about your shop and we will call you within two working days.",
        "button": "Send",
        "consent": "I agree that you keep these data to answer me.",
        "thanks": "Thank you. We will call you within two working days.",
    },
    {
        "language": "lt",
        "title": "Tapkite atstovu",
        "intro": "Papasakokite apie savo parduotuvę – paskambinsime per dvi darbo dienas.",
        "button": "Siųsti",
        "consent": "Sutinku, kad saugotumėte šiuos duomenis atsakymui.",
        "thanks": "Ačiū. Paskambinsime per dvi darbo dienas.",
    },
    {
        "language": "zh-hans",
        "title": "成为经销商",
        "intro": "请介绍您的店铺，我们将在两个工作日内致电。",
        "button": "提交",
        "consent": "我同意贵公司为回复而保存以上信息。",
        "thanks": "谢谢！我们将在两个工作日内致电。",
    },
)


def load(ctx_factory, out) -> None:
    """For each company; after its pools, which take the leads of the form."""
    for company in Company.objects.order_by("code"):
        ctx = ctx_factory(company.code)
        for code, name, channel, ago, days, budget, spent in CAMPAIGNS:
            starts_on = ctx.business_date - timedelta(ago)
            commands.create(
                Campaign, ctx, code=code, name=name, channel=channel, budget=budget, spent=spent,
                starts_on=starts_on, ends_on=starts_on + timedelta(days),
            )  # fmt: skip
        for name, lt, zh, condition, points in RULES:
            commands.create(
                ScoreRule, ctx, name=name, names={"lt": lt, "zh-hans": zh}, condition=condition, points=points
            )
        _form(company, ctx)
    out("campaigns, scoring rules and a lead form")


def _form(company: Company, ctx) -> None:
    """The form of a company: a route for its own country when a pool takes leads there."""
    pools = list(LeadPool.objects.filter(company=company).select_related("territory").order_by("code"))
    if not pools:
        return
    places = {pool.territory.code: pool.territory for pool in pools}
    for place, countries in COUNTRIES.items():
        for country in countries.split() if place in places else ():
            commands.create(CountryRoute, ctx, country=country, territory=places[place])
    commands.create(
        LeadForm, ctx, code=f"dealers-{company.code.lower()}", name=f"Dealers, {company.name}",
        territory=pools[0].territory, by_country=True, city="yes", lines=list(TEXTS),
        campaign=Campaign.objects.get(company=company, code="SEARCH"), embed_on=["https://www.example.com"],
    )  # fmt: skip
