"""What a record offers beside its facts: print, dossier, the palette; and the settings of the company."""

import re

from playwright.sync_api import expect


def test_an_order_is_printed_and_walked(person):
    reader = person("reader_en")
    page = reader.opens(f"/sales/shipments/{reader.first('sales/shipments', number__empty='0')['id']}/").page
    number = page.locator(".heading-number").inner_text()
    printed = page.request.get(page.locator("#more-verbs a", has_text="Print").first.get_attribute("href"))
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.body()[:4] == b"%PDF"
    page.get_by_role("button", name="More actions").click()
    page.locator("#more-verbs a", has_text="Dossier").click()
    page.wait_for_url(re.compile("/dossier/"))
    expect(page.locator(".dossier-node.is-focus")).to_contain_text(number)
    kinds = page.locator("#table tbody tr td:nth-child(2), #table tbody tr th").all_inner_texts()
    assert {"Sales order", "Shipment"} <= set(kinds), kinds
    other = page.locator(".dossier-node:not(.is-focus)").first
    other.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(sales|accounting|stock|production|crm)/"))


def test_a_number_brings_its_dossier(person):
    reader = person("reader_en")
    number = reader.first("sales/shipments", number__empty="0")["number"]
    page = reader.opens("/dossier/").page
    page.locator("main input[type=search], main [name=q]").first.fill(number)
    page.keyboard.press("Enter")
    expect(page.locator(".dossier-node.is-focus")).to_contain_text(number)


def test_the_palette_knows_pages_made_by_hand_and_the_verbs_of_the_page(person):
    sales = (
        person("sales_manager").opens("/sales/sales-orders/?state=confirmed&order=-total").opens_first_row().listens()
    )
    page = sales.page
    for typed, found in (("late ord", "Late orders"), ("inb", "Inbox"), ("background", "Background jobs"),
                         ("dossier", "Dossier"), ("api tok", "API tokens"), ("warehouse", "Warehouse")):  # fmt: skip
        answer = page.request.get(f"/search/?q={typed}", headers={"Accept": "application/json"}).json()
        labels = [item["label"] for group in answer["groups"] for item in group["items"]]
        assert found in labels, (typed, labels)
    page.keyboard.press("Control+k")
    page.locator(".palette-input").fill("cancel")
    expect(page.locator(".palette-group").first).to_be_visible()
    here = page.locator("[role=group]", has=page.get_by_text("On this page")).locator(".palette-item")
    expect(here.first).to_contain_text("Cancel")
    admin = person("admin").opens("/").listens().page
    admin.keyboard.press("Control+k")
    admin.locator(".palette-input").fill("settings")
    expect(admin.locator(".palette-item .palette-label", has_text="Settings").first).to_be_visible()
    admin.keyboard.press("Enter")
    admin.wait_for_url("**/settings/")


def test_settings_are_refused_and_kept(person):
    admin = person("admin").opens("/settings/")
    page = admin.page
    field = page.locator(".field", has_text="Discount without approval").locator("input")
    before = field.input_value()
    field.fill("a lot")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".field-error").first).to_contain_text("a lot")
    field.fill("12.5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash")).to_contain_text("Settings saved")
    expect(field).to_have_value("12.5")
    field.fill(before)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash")).to_contain_text("Settings saved")


def test_a_fact_is_changed_where_it_stands(person):
    buyer = person("buyer").opens("/purchasing/purchase-orders/?state=draft")
    if not buyer.rows.count():
        buyer.opens("/purchasing/purchase-orders/")
    page = buyer.opens_first_row().page
    fact = page.locator("#fact-note")
    if fact.is_hidden():
        page.locator(".facts-card summary").click()
    fact.locator(".fact-edit").click(force=True)
    fact.locator("textarea").fill("Ring before delivery")
    fact.locator("[type=submit]").click()
    expect(page.locator("#fact-note .fact-value")).to_have_text("Ring before delivery")
    expect(page.locator("#timeline")).to_contain_text("Ring before delivery")
