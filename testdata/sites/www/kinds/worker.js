importScripts("kinds.js");
const query = new URLSearchParams(location.search);
everyKind(location.origin, query.get("from"));
if (query.get("nest")) new Worker("worker.js?from=nestedworker");
