// Keeps the shell on the device: built files never change under their name; pages come from the server, else the offline page.
const CACHE = "shell-1";
const OFFLINE = "/offline/";
// Empty forms and the dialog that logs are kept too, so that they open without a connection; signing in clears them.
const FORMS = "forms-1";
const IS_FORM = /^\/[\w-]+\/[\w-]+\/(new|[\w-]+\/do\/log)\/$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, "/static/build/offline.js", "/static/build/plain.css"].map((path) => new Request(path, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE && name !== FORMS).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (IS_FORM.test(url.pathname) && !url.search) event.respondWith(form(request));
  else if (url.pathname.includes("/static/build/assets/")) event.respondWith(fromCache(request));
  else if (url.pathname.includes("/static/build/") || request.mode === "navigate") event.respondWith(fromServer(request));
});

async function fromCache(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) cache.put(request, answer.clone());
  return answer;
}

async function fromServer(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && request.mode !== "navigate") (await caches.open(CACHE)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const known = await caches.match(request.mode === "navigate" ? OFFLINE : request);
    if (known) return known;
    throw error;
  }
}

async function form(request) {
  const cache = await caches.open(FORMS);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) cache.put(request.url, answer.clone());
    return answer;
  } catch (error) {
    const known = await cache.match(request.url, { ignoreVary: true });
    if (known) return known;
    if (request.mode === "navigate") return caches.match(OFFLINE);
    throw error;
  }
}
