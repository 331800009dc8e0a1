// Runs before the first paint: the theme and menu this browser last chose, so that nothing jumps.
(function () {
  var root = document.documentElement;
  var stored = {};
  try { stored = JSON.parse(localStorage.getItem("look") || "{}"); } catch (error) { /* storage refused: defaults stay */ }
  if (stored.theme) root.dataset.themeChoice = stored.theme;
  if (stored.density) root.dataset.density = stored.density;
  if (stored.menu) root.dataset.menu = stored.menu;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var choice = root.dataset.themeChoice;
    var now = choice === "dark" || (choice !== "light" && dark.matches) ? "dark" : "light";
    root.dataset.themeNow = now;
    root.dataset.bsTheme = now;
  }
  dark.addEventListener("change", apply);
  document.addEventListener("theme:changed", apply);
  apply();
})();
