"""What a person does at the screen, in the words of the guide."""

import re
import time

from playwright.sync_api import Page, expect

WATCH = """() => {
    window.isOld = true;
    window.isDrawn = false;
    document.body.addEventListener("htmx:afterSettle", event => {
        if (event.target.matches("main, main *") && !event.target.closest("dialog")) window.isDrawn = true;
    });
}"""
"""Marks the page as it is, so that one can tell when it was loaded or drawn anew."""


SEND = """async ([path, body]) => {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
    const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
    return {status: answer.status, body: await answer.json()};
}"""


class Person:
    """A window of somebody who is signed in. `complaints` collects what the browser's console says."""

    def __init__(self, page: Page):
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)

    def _complain(self, text: str) -> None:
        # A refusal (422) and a page that is meant to be missing are answers the page shows, not faults; skipped view
        # transitions are the browser's own news, and so is a question given up because the page was left, which is
        # said twice.
        if "htmx:sendAbort" in text:
            if self.complaints and "htmx:afterRequest" in self.complaints[-1]:
                self.complaints.pop()
            return
        if "422" not in text and "Transition was" not in text and "/no/such/page/" not in self.page.url:
            self.complaints.append(f"{self.page.url}: {text}")

    # -- going about ----------------------------------------------------------------------------------------------

    def opens(self, path: str, status: int = 200) -> "Person":
        answer = self.page.goto(path)
        assert answer.status == status, f"{path}: {answer.status}"
        return self

    def listens(self) -> "Person":
        """Wait until the page hears keys."""
        self.page.wait_for_selector("[data-island=keys].is-mounted", state="attached")
        self.page.wait_for_selector("[data-island=palette].is-mounted", state="attached")
        return self

    def goes_to(self, group: str, entry: str) -> "Person":
        """Open a page by the menu."""
        if self.page.url == "about:blank":
            self.opens("/")
        box = self.page.locator("#menu details.menu-group").filter(
            has=self.page.locator("summary .menu-label", has_text=re.compile(f"^{re.escape(group)}$"))
        )
        if box.get_attribute("open") is None:
            box.locator("summary").click()
        box.locator(
            "a.menu-link", has=self.page.locator(".menu-label", has_text=re.compile(f"^{re.escape(entry)}$"))
        ).click()
        self.page.wait_for_load_state()
        expect(self.page.locator("h1")).to_be_visible()
        return self

    @property
    def title(self) -> str:
        return self.page.locator("h1 .heading-name").inner_text().strip()

    @property
    def state(self) -> str:
        return self.page.locator("#heading .state").first.inner_text().strip()

    def sees(self, text: str) -> "Person":
        expect(self.page.locator("main")).to_contain_text(text)
        return self

    def does_not_see(self, text: str) -> "Person":
        expect(self.page.locator("main")).not_to_contain_text(text)
        return self

    # -- lists ----------------------------------------------------------------------------------------------------

    @property
    def rows(self):
        return self.page.locator("main tbody tr[data-id]")

    def opens_first_row(self) -> "Person":
        self.rows.first.locator("a").first.click()
        self.page.wait_for_load_state()
        expect(self.page.locator(".record")).to_be_visible()
        return self

    def opens_row(self, text: str) -> "Person":
        self.rows.filter(has_text=text).first.locator("a").first.click()
        self.page.wait_for_load_state()
        expect(self.page.locator(".record")).to_be_visible()
        return self

    # -- forms ----------------------------------------------------------------------------------------------------

    def enters(self, **values) -> "Person":
        """Fill fields of the form or dialog that is open, by their names."""
        for name, value in values.items():
            self._enter(name, value)
        return self

    def _enter(self, name: str, value) -> None:
        box = self.page.locator(f'[data-field="{name}"]').last
        control = box.locator("select, textarea, input").first
        kind = control.evaluate("e => e.tagName == 'SELECT' ? 'select' : (e.dataset.island == 'choose' || "
                                "e.classList.contains('tomselected') ? 'choose' : e.type)")  # fmt: skip
        if kind == "choose":
            self.chooses(box, value)
        elif kind == "select":
            control.select_option(label=value) if not _is_key(control, value) else control.select_option(value)
        elif kind == "checkbox":
            control.set_checked(bool(value))
        else:
            control.fill(str(value))

    def chooses(self, box, text: str) -> None:
        """Type into a field that looks records up, and take the first that is offered."""
        field = box.locator(".ts-control input, input[role=combobox]").first
        field.click()
        field.fill(text)
        box.locator(".ts-dropdown .option, [role=listbox] [role=option]").filter(has_text=text).first.click()

    def saves(self) -> "Person":
        """Press the form's button and wait for the record."""
        self.page.locator(".form-verbs .button-primary").click()
        refused = self.page.locator("main [role=alert]")
        expect(self.page.locator(".record").or_(refused).first).to_be_visible()
        assert not refused.count() or self.page.locator(".record").count(), self._refusals()
        return self

    def _refusals(self) -> str:
        """What the form says against what was entered."""
        wrong = self.page.locator("main [role=alert], .field.has-error label, .field-error, .grid-status")
        return "\n".join(" ".join(text.split()) for text in wrong.all_inner_texts())

    def line(self, row: int, **cells) -> "Person":
        """Fill cells of a row of the line grid with the keyboard, by the words over the columns."""
        grid = self.page.locator("[data-island=grid]").last
        heads = [text.replace("*", "").strip().lower() for text in grid.locator("thead th").all_inner_texts()]
        for words, value in cells.items():
            column = next(n for n, head in enumerate(heads) if head.startswith(words.replace("_", " ")))
            cell = grid.locator("tbody tr").nth(row).locator("th, td").nth(column)
            cell.click()
            self.page.keyboard.type(str(value))
            if "line-link" in (cell.get_attribute("class") or ""):
                self.page.locator(".grid-list .grid-option").first.wait_for()
            self.page.keyboard.press("Tab")
        return self

    def first(self, key: str, **filters) -> dict:
        """The first record of a list as programs read it: /api/v1/…, with the person's own rights."""
        answer = self.page.request.get(f"/api/v1/{key}/", params=filters | {"size": 1})
        assert answer.ok, answer.text()
        found = answer.json()["results"]
        assert found, f"no {key} with {filters}"
        return found[0]

    def sends(self, key: str, body: dict, *, status: int = 201) -> dict:
        """What programs send in this person's name, to prepare what a walk begins with: /api/v1/…"""
        if self.page.url == "about:blank":
            self.opens("/")
        answer = self.page.evaluate(SEND, [f"/api/v1/{key}/", body])
        assert answer["status"] == status, answer
        return answer["body"]

    def has_a_customer(self, **values) -> dict:
        """A customer of this person's whom nobody else has to do with."""
        mark = str(time.time_ns())[-9:]
        return self.sends(
            "parties/parties",
            {"code": f"C{mark}", "name": f"Dviratininkai {mark}", "country": "LT", "currency": "EUR",
             "is_customer": True, **values},
        )  # fmt: skip

    # -- verbs ----------------------------------------------------------------------------------------------------

    def verb(self, label: str):
        """The button of a verb in the heading, wherever it stands."""
        found = self.page.locator("#heading button, #heading a, .approval-verbs button").filter(
            has=self.page.locator("span", has_text=re.compile(f"^{re.escape(label)}$"))
        )
        if not found.first.is_visible() and self.page.locator("#heading [popovertarget=more-verbs]").count():
            self.page.locator("#heading [popovertarget=more-verbs]").click()
        return found.first

    def presses(self, label: str, **inputs) -> "Person":
        """Press a verb; answer what it asks; wait until it is done."""
        button = self.verb(label)
        assert button.get_attribute("aria-disabled") is None, f"{label}: {button.get_attribute('data-why')}"
        asks = button.get_attribute("hx-get") is not None
        before = self.page.url
        self.page.evaluate(WATCH)
        if asks:
            button.click()
            dialog = self.page.locator("#dialog-body form")
            expect(dialog).to_be_visible()
            self.enters(**inputs)
            with self.page.expect_response(_is_answer) as said:
                dialog.locator("button[type=submit]").click()
        else:
            self.page.once("dialog", lambda box: box.accept())
            with self.page.expect_response(_is_answer) as said:
                button.click()
        assert said.value.status < 400, f"{label} is refused: {said.value.text()[:400]}"
        self._settles(before, said.value)
        return self

    def _settles(self, before: str, answer) -> None:
        """Wait for the page the answer leads to, or for this one to be drawn anew."""
        told = answer.headers
        goes_to = told.get("hx-redirect", "")
        if goes_to and not before.endswith(goes_to):
            self.page.wait_for_url(f"**{goes_to}")
        elif goes_to or told.get("hx-refresh"):
            self.page.wait_for_function("!window.isOld")
        elif "live:record" in told.get("hx-trigger", "") + told.get("hx-trigger-after-settle", ""):
            self.page.wait_for_function("!window.isOld || window.isDrawn")
        else:
            self.page.wait_for_timeout(250)
        self.page.wait_for_load_state()
        self.page.wait_for_timeout(50)

    def cannot(self, label: str, because: str) -> "Person":
        """The verb is locked and says why."""
        expect(self.verb(label)).to_have_attribute("aria-disabled", "true")
        expect(self.verb(label)).to_have_attribute("data-why", re.compile(re.escape(because)))
        return self


def _is_answer(answer) -> bool:
    return answer.request.method == "POST" and "/live/" not in answer.url


def _is_key(control, value: str) -> bool:
    return control.locator(f'option[value="{value}"]').count() > 0
