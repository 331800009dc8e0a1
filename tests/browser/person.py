"""What a person does at the screen, in the words of the guide."""

import re

from playwright.sync_api import Page, expect


class Person:
    """A window of somebody who is signed in. `complaints` collects what the browser's console says."""

    def __init__(self, page: Page):
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("console", lambda message: self._complain(message.text) if message.type == "error" else None)

    def _complain(self, text: str) -> None:
        # A refusal (422) is an answer the page shows, not a fault; skipped view transitions are the browser's own news.
        if "422" not in text and "Transition was" not in text:
            self.complaints.append(f"{self.page.url}: {text}")

    # -- going about ----------------------------------------------------------------------------------------------

    def opens(self, path: str, status: int = 200) -> "Person":
        answer = self.page.goto(path)
        assert answer.status == status, f"{path}: {answer.status}"
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
        self.page.locator(".ts-dropdown .option, [role=listbox] [role=option]").filter(has_text=text).first.click()

    def saves(self) -> "Person":
        """Press the form's button and wait for the record."""
        self.page.locator(".form-verbs .button-primary").click()
        expect(self.page.locator(".record")).to_be_visible()
        return self

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
        asks = button.get_attribute("hx-get") is not None
        before = self.page.url
        if asks:
            button.click()
            dialog = self.page.locator("#dialog-body form")
            expect(dialog).to_be_visible()
            self.enters(**inputs)
            with self.page.expect_response(_is_answer):
                dialog.locator("button[type=submit]").click()
        else:
            self.page.once("dialog", lambda box: box.accept())
            with self.page.expect_response(_is_answer):
                button.click()
        self._settles(before)
        return self

    def _settles(self, before: str) -> None:
        self.page.wait_for_timeout(250)
        self.page.wait_for_load_state()
        self.page.wait_for_timeout(50)

    def is_refused(self, text: str) -> "Person":
        """The dialog or a message says why it was not done."""
        expect(
            self.page.locator("#dialog-body, .toasts, #toasts, [role=alert]").filter(has_text=text).first
        ).to_be_visible()
        return self


def _is_answer(answer) -> bool:
    return answer.request.method == "POST" and "/live/" not in answer.url


def _is_key(control, value: str) -> bool:
    return control.locator(f'option[value="{value}"]').count() > 0
