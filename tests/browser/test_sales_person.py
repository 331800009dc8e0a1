"""A sales person's day: a lead followed up on the phone, tasks by keys, the calendar address made and withdrawn."""

import re
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

IN_A_MONTH = (date.today() + timedelta(30)).isoformat()
SILENT = """() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("refused", "NotAllowedError"));
}"""
SPEAKING = """() => {
    navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext(), tone = context.createOscillator();
        const out = context.createMediaStreamDestination();
        tone.connect(out); tone.start();
        return out.stream;
    };
}"""
"""A microphone that hears a tone: the machine of the test has none."""


@pytest.fixture
def lead(person):
    """A lead of one's own; (its address, its name)."""
    mark = str(time.time_ns())[-7:]
    sales = person("sales").opens("/crm/leads/new/")
    sales.enters(name=f"Dviračiai {mark}", contact_name="Rūta Kopa", phone=f"+3706{mark}").saves()
    path = re.sub(r"https?://[^/]+", "", sales.page.url)
    sales.presses("Claim")
    return path, f"Dviračiai {mark}"


def no_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def key_of(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


@pytest.mark.parametrize("width", [360, 390])
def test_a_follow_up_on_the_phone_takes_three_taps_and_three_inputs(person, lead, width):
    """CRM-07, CRM-20: words, method, day; nothing runs off the side; the method is remembered."""
    path, _name = lead
    sales = person("sales", width=width).opens("/crm/my-day/")
    page = sales.page
    assert no_sideways(page)
    sales.opens(f"/crm/follow-up/?lead={key_of(path)}")
    assert no_sideways(page)
    page.locator("#id_content").fill("They rent out bicycles and want twenty.")
    page.get_by_text("E-mail", exact=True).click()
    page.get_by_text("In 3 days").click()
    page.get_by_role("button", name="Save follow-up").click()
    page.wait_for_url(f"**{path}")
    sales.sees("They rent out bicycles and want twenty.")
    sales.opens(f"/crm/follow-up/?lead={key_of(path)}")
    assert page.locator("input[name=method]:checked").get_attribute("value") == "mail"
    planned = (datetime.now(ZoneInfo("Europe/Vilnius")).date() + timedelta(3)).isoformat()
    tasks = sales.page.request.get("/api/v1/crm/follow-up-tasks/", params={"lead": key_of(path), "state": "open"})
    assert planned in {task["due_on"] for task in tasks.json()["results"]}


def test_a_voice_note_is_spoken_heard_and_kept(person, lead):
    path, _name = lead
    sales = person("sales", width=390)
    page = sales.page
    sales.opens(f"/crm/follow-up/?lead={key_of(path)}")
    page.evaluate(SPEAKING)
    button = page.locator("[data-record]")
    expect(button).to_be_visible()
    button.click()
    expect(button).to_have_class(re.compile("is-recording"))
    page.wait_for_timeout(1500)
    button.click()
    expect(page.locator(".quick-files audio")).to_have_count(1)
    page.get_by_role("button", name="Save follow-up").click()
    page.wait_for_url(f"**{path}")
    player = page.locator(".timeline audio").first
    expect(player).to_be_attached()
    answer = page.request.get(player.get_attribute("src"))
    assert answer.headers["content-type"].startswith("audio/")
    assert len(answer.body()) > 100


def test_without_a_microphone_the_form_still_works(person, lead):
    path, _name = lead
    sales = person("sales", width=390)
    page = sales.page
    sales.opens(f"/crm/follow-up/?lead={key_of(path)}")
    page.evaluate(SILENT)
    page.locator("[data-record]").click()
    expect(page.locator("#toasts")).to_contain_text("The microphone is not available")
    expect(page.locator("[data-record]")).to_be_hidden()
    page.get_by_role("button", name="Save follow-up").click()
    sales.sees("Say what happened, or speak it.")
    page.locator("#id_content").fill("Nobody there.")
    page.get_by_role("button", name="Save follow-up").click()
    page.wait_for_url(f"**{path}")


def test_from_the_lead_to_the_order_and_the_day_by_keys(person, lead):
    path, name = lead
    sales = person("sales").opens(path)
    sales.presses("Qualify", value="9000").presses("Convert", amount="9000", expected_close_on=IN_A_MONTH)
    deal = re.sub(r"https?://[^/]+", "", sales.page.url)
    sales.opens(deal).presses("Log follow-up", content="Wants an offer", next_step=f"Offer for {name}",
                              next_on=datetime.now(ZoneInfo("Europe/Vilnius")).date().isoformat())  # fmt: skip
    day = sales.opens("/crm/my-day/").listens().page
    day.wait_for_selector("[data-island=agenda].is-mounted")
    task = day.locator("[data-task]").filter(has_text=f"Offer for {name}")
    expect(task).to_be_visible()
    for _step in range(day.locator("[data-task]").count()):
        day.keyboard.press("j")
        if "is-cursor" in (task.get_attribute("class") or ""):
            break
    day.keyboard.press("p")
    expect(day.get_by_role("menu", name="Put off until")).to_be_visible()
    day.get_by_role("menuitem", name=re.compile("Tomorrow")).click()
    expect(day.locator(".agenda-part").filter(has_text="This week")).to_contain_text(f"Offer for {name}")
    task.locator("[data-do=finish]").click()
    expect(day.locator("[data-task]").filter(has_text=f"Offer for {name}")).to_have_count(0)
    sales.opens(deal).sees(f"Offer for {name}")
    sales.opens(deal).presses("Win", amount="9000")
    assert sales.state == "Won"


def test_the_calendar_address_is_made_read_and_withdrawn(person):
    sales = person("sales").opens("/crm/reminders/")
    page = sales.page
    page.get_by_role("button", name=re.compile("(Make|Renew)")).click()
    address = page.locator("[data-copy]").inner_text()
    expect(page.get_by_alt_text("QR code of your calendar address")).to_be_visible()
    path = re.sub(r"https?://[^/]+", "", address)
    answer = page.request.get(path)
    assert answer.status == 200
    assert answer.text().startswith("BEGIN:VCALENDAR")
    page.once("dialog", lambda box: box.accept())
    page.get_by_role("button", name="Withdraw").click()
    page.wait_for_url("**/crm/reminders/")
    expect(page.get_by_role("button", name="Make an address")).to_be_visible()
    assert page.request.get(path).status == 404
