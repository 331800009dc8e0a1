// Writes src/icons.svg: one symbol for each icon named in icons.txt or in the product's own sources.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const outlines = "node_modules/@tabler/icons/icons/outline";
const listed = readFileSync("icons.txt", "utf8").split(/\s+/).filter(Boolean);
const used = /(?:icon="|icon = "|icon='|"icon": "|\{% icon ")([a-z][a-z0-9-]*)/g;

function* sources(folder) {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory() && !["static", "node_modules", "__pycache__"].includes(item.name)) yield* sources(path);
    else if (/\.(py|html)$/.test(item.name)) yield path;
  }
}

const names = new Set(listed);
for (const path of sources("../src/mainspring")) {
  const text = readFileSync(path, "utf8");
  for (const match of text.matchAll(used)) names.add(match[1]);
  // Tables of icons, such as those of the menu, name them as plain strings.
  if (/(menus|resources|roles|pages)\.py$/.test(path)) for (const match of text.matchAll(/"([a-z][a-z0-9-]{2,30})"/g)) if (existsSync(`${outlines}/${match[1]}.svg`)) names.add(match[1]);
}

const symbols = [...names].sort().flatMap((name) => {
  const file = `${outlines}/${name}.svg`;
  if (!existsSync(file)) {
    console.warn(`no icon ${name}`);
    return [];
  }
  const inner = readFileSync(file, "utf8").replace(/<!--[^]*?-->/g, "").replace(/^[^]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/\s*\n\s*/g, "");
  return [`<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`];
});
writeFileSync("src/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
console.log(`${symbols.length} icons`);
