"""Numbers, dates and names are written as the reader's language writes them."""

import re


def test_numbers_and_dates_are_local(person):
    lithuanian = person("reader_lt").opens("/sales/sales-orders/").page.locator("main tbody").inner_text()
    assert re.search(r"\d{4}-\d{2}-\d{2}", lithuanian)
    assert re.search(r"\d,\d{2}", lithuanian)
    assert not re.search(r"\d,\d{3}\.", lithuanian)
    chinese = person("reader_zh").opens("/").page.locator(".heading-sub").inner_text()
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日", chinese)
