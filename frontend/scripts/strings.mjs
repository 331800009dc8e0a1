// Fails when a t("...") of the islands is missing from mainspring/web/interface_strings.py, or is listed there but unused.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const python = readFileSync("../src/mainspring/web/interface_strings.py", "utf8");
const strings = python.slice(python.indexOf("STRINGS = ("), python.indexOf("\n)\n"));
const listed = new Set([...strings.matchAll(/_\("((?:[^"\\]|\\.)*)"\)/g)].map((match) => match[1]));
const used = new Set();

function walk(folder) {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) walk(path);
    else if (path.endsWith(".ts")) for (const match of readFileSync(path, "utf8").matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)) used.add(match[1]);
  }
}

walk("src");
const missing = [...used].filter((text) => !listed.has(text)).sort();
const unused = [...listed].filter((text) => !used.has(text)).sort();
for (const text of missing) console.error(`missing: _("${text}"),`);
for (const text of unused) console.error(`unused: ${text}`);
process.exitCode = missing.length + unused.length ? 1 : 0;
