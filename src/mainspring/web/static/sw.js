// Keeps the shell on the device: built files never change under their name; pages come from the server, else the offline page.
const CACHE = "shell-1";
const OFFLINE = "/offline/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(new Request(OFFLINE, { cache: "reload" }))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.includes("/static/build/assets/")) event.respondWith(fromCache(request));
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
