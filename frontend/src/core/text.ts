let strings: Record<string, string> | undefined;

/** The person's wording of an English string; `{name}` parts are filled from the values. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  if (!strings) {
    const script = document.getElementById("interface-strings");
    strings = script?.textContent ? JSON.parse(script.textContent) : {};
  }
  return (strings![text] || text).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export const language = (): string => document.documentElement.lang || "en";

/** English dates are written day first with the month's name, as the pages do: no reader can take them the other way. */
const dates = (): [string, Intl.DateTimeFormatOptions] =>
  language().startsWith("en") ? ["en-GB", { day: "numeric", month: "short", year: "numeric" }] : [language(), { year: "numeric", month: "2-digit", day: "2-digit" }];

/** A decimal string in the person's writing; the text is returned as it is when it is no number. */
export function decimal(value: string | number | null | undefined, digits?: number): string {
  if (value === null || value === undefined || value === "") return "";
  const number = Number(value);
  if (Number.isNaN(number)) return String(value);
  const own = String(value).split(".")[1]?.length ?? 0;
  const places = digits ?? Math.min(own, 6);
  // Decimal strings go in as they are, so that long amounts keep their last digits.
  return new Intl.NumberFormat(language(), { minimumFractionDigits: places, maximumFractionDigits: places }).format(value as number);
}

/** What a person typed as a decimal string with a point, or null when it is no number. */
export function parseDecimal(text: string): string | null {
  const parts = new Intl.NumberFormat(language()).formatToParts(-12345.6);
  const point = parts.find((part) => part.type === "decimal")?.value ?? ".";
  let plain = text.trim().replace(/[\s\u00a0\u202f'’]/g, "").replace(/\u2212/g, "-");
  if (point === ",") {
    // "1.234,50" is grouped; "12.5" alone is a point typed on the numeric pad.
    plain = plain.includes(",") ? plain.replace(/\./g, "").replace(",", ".") : plain;
  } else {
    plain = /,\d{3}(\D|$)/.test(plain) || plain.includes(".") ? plain.replace(/,/g, "") : plain.replace(",", ".");
  }
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? plain : null;
}

/** A short local date for an ISO date; the exact text belongs in the title. */
export function shortDate(value: string): string {
  const date = new Date(value.length === 10 ? `${value}T00:00` : value);
  return Number.isNaN(date.getTime()) ? value : new Intl.DateTimeFormat(...dates()).format(date);
}

/** Day and month of an ISO date, for axes where the year is clear. */
export function dayMonth(value: string): string {
  const date = new Date(`${value.slice(0, 10)}T00:00`);
  return Number.isNaN(date.getTime()) ? value : new Intl.DateTimeFormat(dates()[0], { day: "numeric", month: "short" }).format(date);
}

export function escapeHtml(text: unknown): string {
  return String(text ?? "").replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
