"""Walk pages in Chromium at 1440 and 390 pixels, keep pictures, report errors of the console and sideways scrolling.

python tests/browser/walk.py http://127.0.0.1:8000 USER PASSWORD OUT_FOLDER /path/ /other/path/ ...
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def walk(base: str, user: str, password: str, out: Path, paths: list[str]) -> int:
    """Number of complaints."""
    out.mkdir(parents=True, exist_ok=True)
    complaints = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(base + "/accounts/login/")
        page.fill("input[name=login]", user)
        page.fill("input[name=password]", password)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state()
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            for path in paths:
                said.clear()
                answer = page.goto(base + path)
                page.wait_for_timeout(700)
                wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
                name = path.partition("?")[0].strip("/").replace("/", "-") or "home"
                page.screenshot(path=str(out / f"{name}-{width}.png"))
                if answer.status != 200 or said or wide:
                    complaints += 1
                    print(
                        f"{width} {path}: {answer.status}{' scrolls sideways' if wide else ''} {' | '.join(said)[:300]}"
                    )
        browser.close()
    return complaints


if __name__ == "__main__":
    sys.exit(1 if walk(*sys.argv[1:4], Path(sys.argv[4]), sys.argv[5:]) else 0)
