importScripts("kinds.js");
// What it answers itself says so in its address; the rest goes its way.
addEventListener("install", (e) => {
  skipWaiting();
  e.waitUntil(caches.open("kinds").then((c) => c.add("/kinds/a/json?from=service&kind=precached")));
});
addEventListener("activate", (e) => e.waitUntil(clients.claim()));
addEventListener("message", (e) => e.waitUntil(everyKind(location.origin, "service")));
addEventListener("fetch", (e) => {
  const address = new URL(e.request.url);
  const kind = address.searchParams.get("by");
  if (kind === "made") e.respondWith(new Response("made for " + address.search, { headers: { "Content-Type": "text/plain" } }));
  if (kind === "cache") e.respondWith(caches.match("/kinds/a/json?from=service&kind=precached"));
  if (kind === "passed") e.respondWith(fetch(address.pathname + "?from=service&kind=passed"));
});
