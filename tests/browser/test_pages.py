"""What pages offer beyond showing records: scanning, taking back, mail, help, tokens, files in own fields, passkeys."""

import re

import pytest
from playwright.sync_api import expect

PASSWORD = "mainspring-demo"


@pytest.fixture
def code(person):
    """Code of an item that is kept in stock."""
    rows = person("warehouse").page.request.get("/lookup/items.item/?q=", headers={"Accept": "application/json"})
    return rows.json()["items"][0]["code"]


def chosen(page, label: str, text: str) -> None:
    """Choose in a field with search, as a scanner does: the code and Enter."""
    box = page.locator(f".field:has(label:text-is('{label}')) .ts-control input")
    box.click()
    box.fill(text)
    box.press("Enter")


LATE = """() => {
    const sent = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await sent(address, options);
        if (String(address).endsWith("?q=")) await new Promise(done => setTimeout(done, 900));
        return answer;
    };
}"""
"""The list that opening a field asks for comes after the one of the word typed into it."""


def test_a_field_lists_what_was_typed_last_and_takes_nothing_in_passing(person):
    manager = person("sales_manager").opens("/crm/handovers/new/")
    page = manager.page
    box = page.locator("[data-field=from_owner]")
    field = box.locator(".ts-control input")
    field.click()
    expect(box.locator(".option").nth(2)).to_be_visible()
    field.press("Tab")
    expect(box.locator(".item")).to_have_count(0)

    manager.opens("/crm/handovers/new/")  # Tab went to the next field, which has asked already
    page.evaluate(LATE)
    box = page.locator("[data-field=to_owner]")
    field = box.locator(".ts-control input")
    with page.expect_request("**/lookup/kernel.user/?q="):
        field.click()
    with page.expect_response("**/lookup/kernel.user/?q="):
        field.fill("Anna")
    page.wait_for_timeout(1000)
    expect(box.locator(".option")).to_have_text(["Anna Brandt"])
    field.fill("")
    field.fill("Urbonas")
    field.press("Enter")
    expect(box.locator(".item")).to_contain_text("Tomas")


def test_codes_are_counted_into_lines_and_a_deleted_count_comes_back(person, code):
    warehouse = person("warehouse").opens("/stock/stock-counts/new/")
    page = warehouse.page
    site = page.request.get("/lookup/kernel.site/?q=").json()["items"][0]
    page.locator(".field[data-field=site] .ts-control").click()
    page.locator(".ts-dropdown .option", has_text=site["text"]).first.click()
    scan = page.get_by_placeholder("Scan or type a code")
    for typed in (code, code, f"10*{code}"):
        scan.fill(typed)
        scan.press("Enter")
        expect(scan).to_have_value("")
        expect(page.locator(".grid-status")).to_contain_text(code)
    expect(page.locator(".grid-status")).to_contain_text("12")
    page.locator("[data-key=save]").click()
    page.wait_for_url(re.compile(r"/stock/stock-counts/(?!new)[^/]+/$"))
    record = page.url
    expect(page.locator("table.lines tbody tr").first).to_contain_text(code)

    page.get_by_role("button", name="More actions").click()
    page.locator("[data-verb=delete]").click()
    page.wait_for_url(re.compile(r"/stock/stock-counts/$"))
    page.locator(".toast button", has_text="Undo").click()
    page.wait_for_url(record)
    expect(page.locator("table.lines tbody tr").first).to_contain_text(code)


def test_a_scanned_code_opens_its_record_from_the_home(person, code):
    page = person("warehouse", width=390).opens("/").page
    page.get_by_placeholder("Scan or type a code: item, document, place").fill(code)
    page.get_by_role("button", name="Find").click()
    page.wait_for_url(re.compile(r"/items/items/\d+/"))
    expect(page.locator("h1")).to_contain_text(code)


def test_an_order_is_sent_by_mail_with_its_printed_form(person):
    sales = person("sales").opens("/sales/sales-orders/?state=confirmed&order=-total").opens_first_row()
    page = sales.page
    page.get_by_role("button", name="More actions").click()
    page.locator("[data-verb=mail]").click()
    page.locator("#dialog [name=to]").fill("buyer@example.com")
    page.locator("#dialog [type=submit]").click()
    expect(page.locator(".toast")).to_contain_text("on its way")
    expect(page.locator("#timeline")).to_contain_text("e-mail to buyer@example.com")


def test_help_beside_the_page_brings_the_part_of_the_guide(person):
    page = person("warehouse").opens("/stock/stock-counts/").page
    page.wait_for_selector("[data-island=keys].is-mounted", state="attached")
    page.keyboard.press("F1")
    expect(page.locator("#dialog")).to_contain_text("Counting")
    page.locator("#dialog a", has_text="Warehouse").first.click()
    expect(page.locator("h1")).to_contain_text("Warehouse")


def test_a_person_makes_uses_and_withdraws_a_token(person, site, chromium):
    page = person("buyer").opens("/profile/tokens/").page
    page.locator("[name=name]").fill("Scale at the gate")
    page.get_by_role("button", name="Make a token").click()
    text = page.locator("[data-copy]").inner_text()
    apart = chromium.new_context(base_url=site, extra_http_headers={"Authorization": f"Bearer {text}"})
    program = apart.request
    assert program.get("/api/v1/items/items/?size=1").status == 200
    refused = program.post("/api/v1/purchasing/purchase-orders/", data={})
    assert refused.status == 403  # it may only look
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("tr", has_text="Scale at the gate").locator("[data-verb=revoke]").first.click()
    expect(page.locator("tr", has_text="Scale at the gate").first).to_contain_text("Withdrawn")
    assert program.get("/api/v1/items/items/?size=1").status == 401
    apart.close()


def test_a_field_of_the_companys_own_holds_a_file(person, code):
    admin = person("admin")
    added = admin.page.request.get("/kernel/custom-fields/?q=Drawing").text()
    page = admin.page
    if "Drawing</a>" not in added:
        admin.opens("/kernel/custom-fields/new/")
        admin.enters(entity="Item", label="Drawing", kind="Attachment").page.locator("[data-key=save]").click()
        page.wait_for_url(re.compile(r"/kernel/custom-fields/\d+/"))
    engineer = person("engineer").opens(f"/items/items/?q={code}").opens_first_row()
    page = engineer.page
    if page.locator("#fact-custom-drawing").is_hidden():
        page.locator(".facts-card summary").click()
    page.locator("#fact-custom-drawing .fact-edit").click(force=True)
    upload = page.locator("#fact-custom-drawing input[type=file]")
    upload.set_input_files({"name": "part.txt", "mimeType": "text/plain", "buffer": b"two holes"})
    page.locator("#fact-custom-drawing [type=submit]").click()
    link = page.locator("a", has_text="part.txt").first
    expect(link).to_be_visible()
    assert page.request.get(link.get_attribute("href")).body() == b"two holes"


def test_a_passkey_signs_in_without_a_password(chromium, site):
    local = site.replace("127.0.0.1", "localhost")  # passkeys belong to names, not to numbers
    context = chromium.new_context(base_url=local)
    context.set_default_timeout(15_000)
    page = context.new_page()
    wires = context.new_cdp_session(page)
    wires.send("WebAuthn.enable")
    wires.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "accountant_cn")  # nobody else's test signs in by this name
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("#menu")
    page.goto("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile("webauthn/add"))
    page.fill("input[name=name]", "My laptop")
    if page.locator("input[name=passwordless]").count():
        page.check("input[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(re.compile(r"/accounts/2fa/(?!webauthn/add)"))
    context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("#passkey_login").click()
    page.wait_for_selector("#menu")
    context.close()
