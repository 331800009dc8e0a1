"""Two companies on one machine: each instance has its data folder and its port, and neither knows of the other."""

import http.cookiejar
import json
import os
import re
import signal
import urllib.parse
import urllib.request

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="each has an embedded server of its own"),
]
DEMO_SECONDS = 900


def test_two_instances_live_side_by_side_and_end_with_ctrl_c(make_instance):
    both = [make_instance(name) for name in ("one", "two")]
    for one in both:
        one.start("--demo", "S")
    for one in both:
        one.wait_for("/accounts/login/", seconds=DEMO_SECONDS)
    first, second = both
    assert re.search(r"^\s+sales\s+mainspring-demo\s", first.said.read_text(), re.MULTILINE)
    for one in both:
        assert signs_in(one, "sales", "mainspring-demo")

    tokens = {one: one.run("token", "engineer").strip() for one in both}
    assert first.get("/api/v1/items/items/", tokens[second])[0] == 401  # a token of the other instance
    made = post(first, "/api/v1/items/item-categories/", tokens[first], {"code": "ONLY-HERE", "name": "Only here"})
    assert made["code"] == "ONLY-HERE"
    found = [json.loads(o.get("/api/v1/items/item-categories/?code=ONLY-HERE", tokens[o])[1])["results"] for o in both]
    assert [len(rows) for rows in found] == [1, 0]

    for one in both:
        os.killpg(one.process.pid, signal.SIGINT)
    for one in both:
        assert one.process.wait(60) == 0, one.said.read_text()
        assert one.leftovers() == []

    first.serve("--demo", "S")
    assert len(json.loads(first.get("/api/v1/items/items/", tokens[first])[1])["results"]) > 5
    first.stop(signal.SIGINT, group=True)
    assert first.leftovers() == []


def signs_in(instance, user: str, password: str) -> bool:
    """Whether the sign-in page lets this person in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    address = f"http://localhost:{instance.port}/accounts/login/"
    page = browser.open(address, timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "login": user, "password": password}).encode()
    answer = browser.open(urllib.request.Request(address, form, {"Referer": address}), timeout=60)
    return "/accounts/login/" not in answer.url


def post(instance, path: str, token: str, body: dict) -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    call = urllib.request.Request(f"http://localhost:{instance.port}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(call, timeout=60) as answer:
        return json.loads(answer.read())
