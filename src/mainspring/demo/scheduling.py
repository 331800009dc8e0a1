"""The schedule of the demo: a crew, colours that ask for change-overs, and a board with something to decide."""

from datetime import date, timedelta

from mainspring.kernel import commands, jobs
from mainspring.kernel.models import Site, User
from mainspring.modules.engineering.models import Operator, PersonSkill, Skill, WorkCenter
from mainspring.modules.items.models import Item
from mainspring.modules.organization.demo import bulk
from mainspring.modules.scheduling.models import Changeover, ItemFamily, Schedule, ScheduledOperation, SetupFamily

from .life import Life

# work center, skill: first and last names of who works there
CREW = (
    ("WELD", "WELD", ("Jonas Petraitis", "Rasa Kazlauskienė", "Mantas Jankauskas", "Tomas Stankevičius")),
    ("PAINT", "COAT", ("Ieva Urbonaitė", "Darius Vasiliauskas")),
    ("TRUE", "TRUE", ("Lina Žukauskaitė", "Andrius Butkus")),
)
# minutes from one colour to another; into a lighter one the booth is washed
MINUTES = 35
MINUTES_WASHED = 60
DARK = "BK"


def crew(ctx) -> None:
    """People of the workshop who are planned with and never sign in."""
    centers = {center.code: center for center in WorkCenter.objects.filter(site__company=ctx.company_id)}
    skills = {skill.code: skill for skill in Skill.objects.all()}
    for center, skill, names in CREW:
        if center not in centers:
            continue
        people = []
        for number, name in enumerate(names, 1):
            first, _space, last = name.partition(" ")
            person = User(username=f"{center.lower()}{number}", first_name=first, last_name=last)
            person.set_unusable_password()
            person.save()
            people.append(person)
        bulk(PersonSkill, ctx, [{"person": person, "skill": skills[skill]} for person in people])
        bulk(Operator, ctx, [{"work_center": centers[center], "person": person} for person in people])


def colors(ctx) -> None:
    """Painted frames by colour, and what the powder line takes from one to the next."""
    line = WorkCenter.objects.filter(code="PAINT", site__company=ctx.company_id).first()
    painted = list(Item.objects.filter(code__startswith="PF-").order_by("code"))
    if line is None or not painted:
        return
    codes = sorted({item.code.rpartition("-")[2] for item in painted})
    families = {f.code: f for f in bulk(SetupFamily, ctx, [{"code": c, "name": f"Powder {c}"} for c in codes])}
    bulk(
        ItemFamily,
        ctx,
        [{"work_center": line, "item": i, "family": families[i.code.rpartition("-")[2]]} for i in painted],
    )
    rows = [{"work_center": line, "from_family": None, "to_family": None, "minutes": MINUTES}]
    if DARK in families:
        rows.append({"work_center": line, "from_family": families[DARK], "to_family": None, "minutes": MINUTES_WASHED})
    bulk(Changeover, ctx, rows)


def live(life: Life, today: date) -> None:
    """The planner has the plants scheduled, pins one operation and moves another to the next day."""
    ctx = life.by("planner").on(today)
    sites = Site.objects.filter(company=ctx.company_id, pk__in=WorkCenter.objects.values("site")).order_by("code")
    for site in sites:
        schedule = commands.create(Schedule, ctx, site=site, seconds=2, proposal_weeks=5)
        asked = commands.perform(schedule, "solve", ctx)
        jobs.execute(asked.job_id)
        _decide(Schedule.objects.get(pk=schedule.pk), ctx, life)


def _decide(schedule: Schedule, ctx, life: Life) -> None:
    free = ScheduledOperation.objects.filter(
        schedule=schedule, is_started=False, is_outside=False, starts_at__gt=schedule.starts_at
    ).order_by("starts_at", "pk")
    rows = list(free[:12])
    if not rows:
        return
    commands.perform(schedule, "pin", ctx, row=rows[0].pk)
    for row in rows[1:]:
        later = row.starts_at + timedelta(days=1)
        moved = life.attempt(
            "move an operation",
            lambda row=row, later=later: commands.perform(
                Schedule.objects.get(pk=schedule.pk), "move", ctx, row=row.pk, starts_at=later.isoformat()
            ),
        )
        if moved:
            return
