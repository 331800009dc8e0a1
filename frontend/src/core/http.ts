import { t } from "./text";

export class Refused extends Error {
  constructor(message: string, readonly status: number, readonly body: unknown) {
    super(message);
  }
}

export function csrf(): string {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] ?? "";
}

/** JSON from the server. Raises `Refused` with the server's own words when it says no. */
export async function json<T>(url: string, options: { body?: unknown; signal?: AbortSignal; method?: string } = {}): Promise<T> {
  const sends = options.body !== undefined;
  let response: Response;
  try {
    response = await fetch(url, {
      method: options.method ?? (sends ? "POST" : "GET"),
      headers: { Accept: "application/json", ...(sends ? { "Content-Type": "application/json", "X-CSRFToken": csrf() } : {}) },
      body: sends ? JSON.stringify(options.body) : undefined,
      credentials: "same-origin",
      signal: options.signal,
    });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Refused(t("No connection. What you typed is kept; try again."), 0, null);
  }
  const kind = response.headers.get("Content-Type") ?? "";
  const body = kind.includes("json") ? await response.json() : null;
  if (!response.ok) throw new Refused(refusal(body, response.status), response.status, body);
  return body as T;
}

/** The sentence in a problem answer. */
export function refusal(body: unknown, status: number): string {
  const problem = body as { detail?: string; title?: string } | null;
  return problem?.detail || problem?.title || t("The server refused this (code {code}).", { code: status });
}

/** An address with parameters added. */
export function withParameters(url: string, values: Record<string, string>): string {
  const address = new URL(url, location.href);
  for (const [name, value] of Object.entries(values)) address.searchParams.set(name, value);
  return address.pathname + address.search;
}
