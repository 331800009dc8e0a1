// The page without a connection: offers the empty forms that are kept on this device.
(async function () {
  const list = document.getElementById("forms");
  if (!list || !("caches" in window)) return;
  const cache = await caches.open("forms-1");
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (!path.endsWith("/new/")) continue;
    const title = new DOMParser().parseFromString(await (await cache.match(request)).text(), "text/html").querySelector("h1");
    const link = document.createElement("a");
    link.href = path;
    link.textContent = title ? title.textContent.trim() : path;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  document.getElementById("forms-title").hidden = !list.children.length;
})();
