"""How smooth is the schedule board with 2,000 bars: how many frames a second while it scrolls, and how dear is one?

A browser shows the board of the demo company with as many bars as asked for on a hundred lanes and scrolls over it in
both directions, as fast as the screen takes new pictures.
"""

import os
import re
import shutil
import subprocess
import sys

from harness import Answer, free_port, main, median, p95, wait_for_server

LANES = 100
SCROLL = """async count => {
    const scroll = document.querySelector('.sb-scroll'), next = window.requestAnimationFrame.bind(window), spent = [];
    window.requestAnimationFrame = paint => next(at => {
        const began = performance.now();
        paint(at);
        spent.push(performance.now() - began);
    });
    const began = performance.now();
    for (let n = 0; n < count; n++) {
        scroll.scrollLeft = n * 12; scroll.scrollTop = n * 6;
        await new Promise(next);
    }
    return [spent, performance.now() - began];
}"""


def arguments(parser) -> None:
    parser.add_argument("--bars", type=int, default=2000)
    parser.add_argument("--frames", type=int, default=240)


def measure(options) -> list[Answer]:
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("This measurement needs Chromium: `make browser` brings it.")
    port = free_port()
    command = [sys.executable, "-m", "mainspring.site.cli", "serve", "--no-worker", "--processes", "1"]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The picture of a browser runs in a loop of its own, in which Django refuses to ask its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        wait_for_server(server, port, 60)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            spent, whole = _scrolled(browser, f"http://127.0.0.1:{port}", options)
            browser.close()
    finally:
        server.terminate()
        server.wait()
    return [
        Answer("bars", options.bars, "bars"),
        Answer("painting a frame, median", median(spent), "ms"),
        Answer("painting a frame, p95", p95(spent), "ms", 16.7),
        Answer("frames while scrolling", round(options.frames / whole * 1000, 1), "frames/s", 50, at_least=True),
    ]


def _scrolled(browser, address: str, options) -> tuple[list[float], float]:
    context = browser.new_context(
        base_url=address, viewport={"width": 1440, "height": 900}, service_workers="block", bypass_csp=True
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "planner")
    page.fill("input[name=password]", "mainspring-demo")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("#menu", state="attached", timeout=90_000)

    def answer(route):
        real = route.fetch()
        if real.status == 200:
            route.fulfill(response=real, json=with_bars(real.json(), options.bars))
        else:
            route.fulfill(response=real)

    page.route(re.compile("/bars/"), answer)
    page.goto("/scheduling/board/")
    page.wait_for_function(f"document.querySelector('.sb')?.dataset.bars == {options.bars}", timeout=60_000)
    page.evaluate(SCROLL, 30)
    return tuple(page.evaluate(SCROLL, options.frames))


def with_bars(data: dict, count: int) -> dict:
    """The board of the demo with so many bars on lanes enough for them."""
    lanes = [data["lanes"][0] | {"id": f"c1.{n}", "label": f"M{n}"} for n in range(LANES)]
    bars = []
    for n in range(count):
        start = data["first"] + (n // LANES) * 700 + (n % 7) * 40
        bars.append([n + 1, 0, 10, f"Operation {n}", n % LANES, start, start + 500, n % 3 * 20, n % 2, None, ""])
    return data | {"lanes": lanes, "bars": bars, "orders": data["orders"][:1], "people": []}


if __name__ == "__main__":
    main("How smooth is the schedule board with 2,000 bars?", measure, arguments=arguments)
