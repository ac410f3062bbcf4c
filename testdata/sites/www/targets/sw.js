fetch("/targets/api/sw-top");
addEventListener("install", (e) => { skipWaiting(); e.waitUntil(fetch("/targets/api/sw-install")); });
addEventListener("activate", (e) => e.waitUntil(clients.claim()));
addEventListener("fetch", (e) => {
  if (e.request.url.includes("answer=sw")) e.respondWith(fetch("/targets/api/from-sw"));
});
