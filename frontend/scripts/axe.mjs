// Looks for accessibility faults: node scripts/axe.mjs http://127.0.0.1:8000 /path [...]. Each page, light and dark, desktop and phone.
// CHROMIUM names the browser; COOKIE ("name=value") signs in.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [base, ...paths] = process.argv.slice(2);
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
let faults = 0;
for (const [width, height] of [[1440, 900], [390, 844]]) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP: true, serviceWorkers: "block" });
    if (process.env.COOKIE) {
      const [name, value] = process.env.COOKIE.split("=");
      await context.addCookies([{ name, value, url: base }]);
    }
    const page = await context.newPage();
    for (const path of paths) {
      await page.goto(base + path);
      await page.evaluate(async () => {
        // Islands load when they come into sight.
        for (let y = 0; y < document.body.scrollHeight; y += 600) {
          scrollTo({ top: y, behavior: "instant" });
          await new Promise((done) => setTimeout(done, 60));
        }
        scrollTo({ top: 0, behavior: "instant" });
      });
      await page.waitForTimeout(900);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      for (const { id, help, nodes } of violations) {
        faults += nodes.length;
        console.log(`${width} ${colorScheme} ${path} ${id}: ${help}`);
        for (const node of nodes.slice(0, 4)) console.log(`   ${node.target.join(" ")}  ${node.failureSummary.split("\n")[1]?.trim()}`);
      }
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) {
        faults += 1;
        console.log(`${width} ${path} is ${over} px too wide`);
      }
    }
    await context.close();
  }
}
await browser.close();
console.log(faults ? `${faults} faults` : "no faults");
process.exitCode = faults ? 1 : 0;
