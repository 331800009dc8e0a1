"""Leads and customers by the million, made in the database by a few statements.

Names are made of syllables, one in ten of Chinese characters with their pinyin, so that likeness has something to tell
apart. Every name, number, phone and mail is another one.
"""

import time

SYLLABLES = """
ba be bi bo bu da de di do du fa fe ga ge go gu ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu pa pe
pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo za"""
CHARACTERS = """
华 中 东 南 北 西 海 江 山 河 金 银 铜 铁 木 水 火 土 天 地 大 小 长 明 光 新 兴 隆 盛 达 通 泰 安 康 福 瑞 祥 和 信 诚
德 利 宝 龙 凤 云 星 辰 宇 航 科 技 工 业 机 电 能 源 建 材"""
PINYIN = """
hua zhong dong nan bei xi hai jiang shan he jin yin tong tie mu shui huo tu tian di da xiao chang ming guang xin
xing long sheng da tong tai an kang fu rui xiang he xin cheng de li bao long feng yun xing chen yu hang ke ji gong
ye ji dian neng yuan jian cai"""
TABLES = ("kernel_documentidentity", "crm_lead", "parties_party", "parties_contact", "crm_poolcustomer", "crm_poolmove",
          "crm_opportunity")  # fmt: skip


def _word(words: str, places: str) -> str:
    """SQL of syllables at some places, one after the other."""
    return " || ".join(f"(%({words})s::text[])[{place}]" for place in places)


NAMED = f"""
    SELECT n, n %% 10 = 0 AS chinese,
        CASE WHEN n %% 10 = 0 THEN {_word("han", "abcd")} ELSE {_word("syl", "abcd")} END AS key,
        CASE WHEN n %% 10 = 0 THEN {_word("pin", "abcd")} ELSE {_word("syl", "abcd")} END AS sound,
        CASE WHEN n %% 10 = 0 THEN {_word("han", "abcd")} || '有限公司'
             ELSE initcap({_word("syl", "ab")}) || ' ' || initcap({_word("syl", "cd")}) || ' UAB' END AS name,
        CASE WHEN n %% 10 = 0 THEN 'CN' ELSE 'LT' END AS country,
        (%(pools)s::bigint[])[1 + n %% array_length(%(pools)s::bigint[], 1)] AS pool_id,
        (%(places)s::bigint[])[1 + n %% array_length(%(pools)s::bigint[], 1)] AS territory_id,
        (%(people)s::bigint[])[1 + n %% array_length(%(people)s::bigint[], 1)] AS somebody
    FROM (SELECT n, 1 + x %% 60 AS a, 1 + x / 60 %% 60 AS b, 1 + x / 3600 %% 60 AS c, 1 + x / 216000 AS d
          FROM (SELECT n, ((n + %(skip)s) * 7368787) %% 12960000 AS x
                FROM generate_series(1::bigint, %(rows)s) n) AS t) AS u
"""

# Keys rise with time, as those of the house do (RFC 9562, version 7): a lead a minute.
LEADS = f"""
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - (%(rows)s - n) * 60000), 12, '0') || '7'
        || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 5, 15))::uuid AS id,
    t.*, 'LB' || lpad(n::text, 8, '0') AS number,
    CASE WHEN n <= %(stale)s THEN 'claimed' WHEN n %% 10 < 5 THEN 'open' WHEN n %% 10 < 7 THEN 'claimed'
         WHEN n %% 10 < 9 THEN 'lost' ELSE 'qualified' END AS state
FROM ({NAMED}) AS t;
INSERT INTO kernel_documentidentity (id, kind, company_id, number, title)
SELECT id, 'crm.lead', %(company)s, number, '' FROM made;
INSERT INTO crm_lead (id, number, state, company_id, name, contact_name, email, phone, registry_code, vat_number,
    country, city, territory_id, pool_id, owner_id, source, currency_id, value, note, duplicate_reason, claimed_at,
    touched_at, close_reason, name_key, sound_key, score, score_reasons, created_at, updated_at, version, custom)
SELECT id, number, state, %(company)s, name, 'Jonas ' || initcap(sound), 'info@' || sound || n || '.example',
    '+3706' || lpad(n::text, 8, '0'), 'L' || n, '', country, 'Vilnius', territory_id, pool_id,
    CASE WHEN state IN ('claimed', 'qualified') THEN somebody END, 'web', %(currency)s, (n * 37) %% 90000, '', '',
    CASE WHEN state IN ('claimed', 'qualified') THEN now() - interval '90 days' END,
    CASE WHEN n <= %(stale)s THEN now() - interval '80 days' ELSE now() - interval '1 day' END,
    CASE WHEN state = 'lost' THEN 'price' ELSE '' END, key, sound, (n * 7) %% 100, '[]', now(), now(), 1, '{{}}'
FROM made;
"""

CUSTOMERS = f"""
CREATE TEMP TABLE made ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('parties_party', 'id')) AS id, t.*,
    CASE WHEN n > %(stale)s AND n %% 2 = 0 THEN NULL ELSE somebody END AS owner_id,
    now() - make_interval(mins => (n %% 200000)::int) AS since
FROM ({NAMED}) AS t;
INSERT INTO parties_party (id, code, name, legal_name, is_customer, is_supplier, registry_code, vat_number, country,
    currency_id, language, territory_id, owner_id, pooled_at, email, phone, website, name_key, sound_key,
    duplicate_reason, active, created_at, updated_at, version, custom)
SELECT id, 'B' || n, name, '', true, false, 'B' || n, '', country, %(currency)s, 'en', territory_id, owner_id,
    CASE WHEN owner_id IS NULL THEN since END, 'info@' || sound || n || '.example', '+3707' || lpad(n::text, 8, '0'),
    '', key, sound, '', true, now(), now(), 1, '{{}}'
FROM made;
INSERT INTO parties_contact (party_id, given_name, family_name, job_title, email, phone, language, is_default, active,
    created_at, updated_at, version, custom)
SELECT id, 'Ona', initcap(sound), '', 'ona@' || sound || n || '.example', '+3705' || lpad(n::text, 8, '0'), '', true,
    true, now(), now(), 1, '{{}}'
FROM made WHERE n %% 4 = 0;
INSERT INTO crm_poolcustomer (company_id, party_id, pool_id, state, owner_id, territory_id, level, since, cause, reason,
    claimed_at, touched_at, worth, last_deal_on, created_at, updated_at, version, custom)
SELECT %(company)s, id, pool_id, CASE WHEN owner_id IS NULL THEN 'waiting' ELSE 'held' END, owner_id, territory_id,
    (ARRAY['A', 'B', 'C', 'D'])[1 + n %% 4], since, 'entered', '',
    CASE WHEN owner_id IS NOT NULL THEN now() - interval '400 days' END,
    CASE WHEN n <= %(stale)s THEN now() - interval '380 days' ELSE now() - interval '1 day' END,
    CASE WHEN n %% 4 = 0 THEN (n / 4 * 91) %% 50000 + 100 ELSE 0 END,
    CASE WHEN n %% 4 = 0 THEN CURRENT_DATE - (n / 4 %% 700)::int END, now(), now(), 1, '{{}}'
FROM made;
"""
"""One in four bought once; what that brought is noted as the night before would have done."""

AGAIN = """
CREATE TEMP TABLE back ON COMMIT DROP AS
SELECT m.id, m.lead_id, m.party_id, m.pool_id, m.from_owner_id
FROM crm_poolmove m LEFT JOIN crm_lead l ON l.id = m.lead_id LEFT JOIN parties_party p ON p.id = m.party_id
WHERE m.cause = 'no_follow_up' AND (l.number LIKE 'LB%%' OR p.code LIKE 'B%%');
UPDATE crm_lead l SET owner_id = back.from_owner_id, former_owner_id = NULL, released_at = NULL, state = 'claimed',
    pool_id = back.pool_id, claimed_at = now() - interval '90 days', touched_at = now() - interval '80 days'
FROM back WHERE l.id = back.lead_id AND l.state = 'open';
UPDATE parties_party p SET owner_id = back.from_owner_id, pooled_at = NULL
FROM back WHERE p.id = back.party_id AND p.pooled_at IS NOT NULL;
UPDATE crm_poolcustomer c SET owner_id = back.from_owner_id, former_owner_id = NULL, state = 'held',
    pool_id = back.pool_id, cause = 'entered', claimed_at = now() - interval '400 days',
    touched_at = now() - interval '380 days'
FROM back WHERE c.party_id = back.party_id AND c.state = 'waiting';
DELETE FROM crm_poolmove m USING back WHERE m.id = back.id;
DELETE FROM kernel_rowhistory WHERE table_name IN ('crm_lead', 'parties_party');
"""
"""Whoever a night returned is held and due once more, as if it had not been."""


def make(rows: int, stale: int, out) -> float:
    """Write `rows` leads and as many customers, `stale` of each due to go back; seconds it took. Once per database."""
    from django.db import connection, transaction

    from mainspring.kernel import database
    from mainspring.kernel.models import Company, Membership, Role, Territory, User
    from mainspring.modules.crm.models import LeadPool

    if database.scalar("SELECT count(*) FROM crm_lead WHERE number LIKE 'LB%%'"):
        return 0.0
    began, company = time.perf_counter(), Company.objects.get(code="MSB")
    people = User.objects.bulk_create(User(username=f"pool{n}", email=f"pool{n}@bench.example") for n in range(200))
    role = Role.objects.get(code="sales_rep")
    worked = Membership.territories.through.objects.filter(membership__role=role, membership__company=company).values(
        "territory"
    )
    places = list(Territory.objects.filter(pk__in=worked).order_by("pk"))
    for n, m in enumerate(
        Membership.objects.bulk_create(Membership(user=u, role=role, company=company) for u in people)
    ):
        m.territories.set(places if n < 100 else places[n % len(places) :][:1])
    LeadPool.objects.filter(company=company).update(
        holding_max=None, daily_claims_max=None, views_max=None, recycle_days=60, deal_days=None, remind_days=None
    )
    database.execute("DELETE FROM crm_poolmember")
    database.execute("DELETE FROM crm_levelrule")
    values = {
        "rows": rows, "stale": stale, "company": company.pk, "currency": company.base_currency_id,
        "people": [u.pk for u in people], "syl": SYLLABLES.split(), "han": CHARACTERS.split(), "pin": PINYIN.split(),
    }  # fmt: skip
    indexes = database.rows(
        """
        SELECT indexname AS name, indexdef AS made FROM pg_indexes
        WHERE schemaname = 'public' AND tablename = ANY(%(tables)s)
          AND indexname NOT IN (SELECT conname FROM pg_constraint)""",
        tables=list(TABLES),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for index in indexes:
            cursor.execute(f'DROP INDEX "{index["name"]}"')
        for kind, sql, skip in (("leads", LEADS, 0), ("customers", CUSTOMERS, 6_000_000)):
            pools = list(
                LeadPool.objects.filter(company=company, kind=kind, territory__in=places).order_by("territory")
            )
            here = values | {"skip": skip, "pools": [p.pk for p in pools], "places": [p.territory_id for p in pools]}
            for statement in sql.split(";\n")[:-1]:
                cursor.execute(statement, here)
            cursor.execute("DROP TABLE made")
            out(f"{rows} {kind} after {time.perf_counter() - began:.0f} s")
        for index in indexes:
            cursor.execute(index["made"])
    _deals(rows // 4, company, [u.pk for u in people])
    _tidy()
    return time.perf_counter() - began


def _deals(count: int, company, people: list[int]) -> None:
    """One won deal of every fourth customer, within two years."""
    from filling import Filling

    from mainspring.kernel.models import DocumentIdentity
    from mainspring.modules.crm.models import Opportunity

    same = {"company_id": company.pk, "number": "'OB' || lpad(n::text, 8, '0')"}
    amount, day = "(n * 91::bigint) % 50000 + 100", "CURRENT_DATE - n % 700"
    with Filling() as filling:
        filling.add(DocumentIdentity, count, id="md5('OB' || n)::uuid", kind="'crm.opportunity'", **same)
        filling.add(
            Opportunity, count, id="md5('OB' || n)::uuid", state="'won'", name="'Deal ' || n", amount=amount,
            party_id="(SELECT p.id FROM parties_party p WHERE p.code = 'B' || n * 4)", amount_base=amount,
            owner_id=f"(ARRAY{people})[1 + n % {len(people)}]", currency_id=f"'{company.base_currency_id}'",
            closed_on=day, stage_since=day, created_at=f"({day})::timestamptz", **same,
        )  # fmt: skip


def again() -> None:
    """Have those go back once more whom an earlier night returned."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off")
        for statement in AGAIN.split(";\n")[:-1]:
            cursor.execute(statement.replace("%%", "%"))
    _tidy()


def _tidy() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
