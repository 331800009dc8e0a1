"""A file with wrong rows says each fault by row and column and brings nothing in; a right one can be taken back."""

import time

from playwright.sync_api import expect


def test_wrong_rows_are_named_and_a_right_file_is_taken_back(person, tmp_path):
    mark = str(time.time_ns())[-6:]
    buyer = person("engineer")
    page = buyer.page
    unit = buyer.first("organization/units")

    def bring(name: str, rows: list[str]) -> None:
        sheet = tmp_path / name
        sheet.write_text("\n".join(["Code,Name,Category,Stocking unit,Weight (kg)", *rows]) + "\n")
        buyer.opens("/items/items/import/")
        page.set_input_files("input[type=file]", str(sheet))
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("h1")).to_contain_text("Import")
        page.get_by_role("button", name="Check the file").click()
        expect(page.locator(".numbers")).to_be_visible()

    category = page.request.get("/lookup/items.itemcategory/").json()["items"][0]
    good = f"Bell {mark},{category['code']},{unit['code']},12.50"
    bring("wrong.csv", [f"B1{mark},{good}", f"B2{mark},Horn,NOWHERE,{unit['code']},many"])
    problems = page.locator("main table tbody tr")
    said = " | ".join(problems.all_inner_texts())
    assert "NOWHERE" in said, said
    assert "many" in said, said
    assert all(text.startswith("3") for text in problems.all_inner_texts())
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    assert page.request.get(f"/api/v1/items/items/?code=B1{mark}").json()["results"] == []

    bring("right.csv", [f"B1{mark},{good}", f"B2{mark},{good}"])
    expect(page.locator(".number", has_text="New").locator(".number-text")).to_have_text("2")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#heading .state")).to_have_text("Done")
    made = f"/api/v1/items/items/?code__in=B1{mark},B2{mark}"
    assert len(page.request.get(made).json()["results"]) == 2
    buyer.opens("/items/items/import/")
    page.locator(".recent a", has_text="right.csv").first.click()
    page.once("dialog", lambda box: box.accept())
    buyer.verb("Undo import").click()
    expect(page.locator("#heading .state")).to_have_text("Undone")
    assert page.request.get(made).json()["results"] == []
