// Fetches for the page; see hlsjs.js.
onmessage = async ({ data: { id, url, binary } }) => {
  try {
    const r = await fetch(url, { credentials: "include" });
    if (!r.ok) throw Object.assign(new Error(r.statusText), { status: r.status });
    const data = binary ? await r.arrayBuffer() : await r.text();
    postMessage({ id, url: r.url, status: r.status, data }, binary ? [data] : []);
  } catch (e) {
    postMessage({ id, url, status: e.status || 0, error: String(e) });
  }
};
