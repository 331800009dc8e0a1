// The page of a lead form for visitors: the check that they are people, and the focus where something is to be read.
import "altcha/altcha.css";
import "./form.css";
import "altcha/external";
import "altcha/i18n/lt";
import "altcha/i18n/zh-cn";
import Pbkdf2Worker from "altcha/workers/pbkdf2?worker";

const registry = (globalThis as unknown as { $altcha: { algorithms: Map<string, () => Worker>; i18n: { get(code: string): unknown; set(code: string, words: unknown): void }; defaults: { set(values: object): void } } }).$altcha;
registry.algorithms.set("PBKDF2/SHA-256", () => new Pbkdf2Worker());
registry.i18n.set("zh", registry.i18n.get("zh-cn"));
registry.defaults.set({ hideFooter: true, hideLogo: true, humanInteractionSignature: false });
document.querySelector<HTMLElement>(".has-error input, .has-error select, .has-error textarea, [data-focus]")?.focus();
for (const error of document.querySelectorAll<HTMLElement>(".error")) {
  const control = error.parentElement!.querySelector("input, select, textarea");
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-describedby", error.id);
}
