
// A value in a text: what is no text stands as JSON.
const text = (x) => {
  if (x === null || x === undefined) throw new Error("null in a text");
  return typeof x === "string" ? x : JSON.stringify(x);
};
const length = (x) => (x === null ? 0 : typeof x === "number" ? Math.abs(x) : typeof x === "object" && !Array.isArray(x) ? Object.keys(x).length : [...x].length);
const add = (a, b) => {
  if (a === null || a === undefined) return b;
  if (b === null || b === undefined) return a;
  return Array.isArray(a) ? [...a, ...b] : typeof a === "object" ? { ...a, ...b } : a + b;
};
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const range = (from, to) => Array.from({ length: Math.max(0, Math.ceil(to - from)) }, (_, i) => from + i);
const members = (x) => (x === null || x === undefined ? [] : Object.values(x));
const truth = (x) => x !== null && x !== undefined && x !== false;
const other = (a, b) => (truth(a) ? a : b());
const sorted = (list) => [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const unique = (list) => sorted([...new Map(list.map((x) => [JSON.stringify(x), x])).values()]);
const lacks = (what) => { throw new Error(`${what} has no counterpart here: run it with seine`); };
const missing = async (what) => { throw new Error(`${what} has no counterpart here: run it with seine`); };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const matches = (pattern, s) => new RegExp("^" + pattern.split("*").map((p) => p.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*") + "$").test(s);

// following notes popups in the order in which they opened, those that are closed too, as DevTools tell of them: a driver does when they are
// somewhere. What it returns is told of the pages.
async function following(targets) {
  targets.on("Target.targetCreated", ({ targetInfo: t }) => {
    const own = { id: t.targetId, it: null, gone: false, at: Date.now(), url: () => own.it?.url() ?? "", closed: () => own.gone, page: () => own.it };
    if (t.type === "page" && t.openerId) opened.push(own);
  });
  targets.on("Target.targetDestroyed", ({ targetId }) => { for (const p of opened) if (p.id === targetId) p.gone = true; });
  await targets.send("Target.setDiscoverTargets", { discover: true });
  return async (page, session) => {
    const info = await Promise.resolve(session).then((s) => s.send("Target.getTargetInfo")).catch(() => null);
    for (const o of opened) if (o.id === info?.targetInfo.targetId) o.it = page;
  };
}

// addressed is the popup that a target names: its address, with * for anything, and which of those that have it, from 1. One that has just been
// opened and is nowhere yet may be it.
const addressed = (target) => {
  const [, address = target, n] = target.match(/^(\S+) \((\d+)\)$/) ?? [];
  const early = opened.findIndex((p) => ["", "about:blank"].includes(p.url()) && !p.closed() && Date.now() - p.at < 2000);
  const like = (early < 0 || !address.includes("*") ? opened : opened.slice(0, early)).filter((p) => p.url() === address || matches(address, p.url()));
  const found = n ? like[n - 1] : like.find((p) => !p.closed());
  return found && !found.closed() && found.page();
};

const until = async (what, ms, test) => {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    const found = await test();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
};

// orClosed waits for what is done to a page, or until that is closed by it.
const orClosed = (place, done) => {
  done.catch(() => {}); // it fails, then
  return Promise.race([done, new Promise((closed) => (place.page?.() ?? place).once("close", closed))]);
};

// asserted are the events of a kind that a step brings about.
const asserted = (o, type) => (o.assertedEvents ?? []).filter((e) => e.type === type);

// tried runs a step with its retries; an optional one may fail.
const tried = async (o, step) => {
  for (let left = o.retries ?? 0; ; left--) {
    try {
      return await step();
    } catch (e) {
      if (left > 0) continue;
      if (!o.optional) throw e;
      console.error(e.message);
      return null;
    }
  }
};

const listen = (o) => sleep(o.for);

// dialog answers the next one.
const dialog = async (o) => page.once("dialog", (d) => (o.answer === "accept" ? d.accept(o.text ?? d.defaultValue()) : d.dismiss()).catch(() => {}));

const request = (o) => tried(o, async () => {
  const url = new URL(o.url);
  for (const [k, x] of Object.entries(o.query ?? {})) url.searchParams.set(k, text(x));
  const headers = Object.fromEntries(Object.entries(o.headers ?? {}).map(([k, x]) => [k, text(x)]));
  let body = o.body;
  if (o.json !== undefined) {
    body = JSON.stringify(o.json);
    headers["Content-Type"] ??= "application/json";
  } else if (o.form) {
    body = new URLSearchParams(Object.entries(o.form).map(([k, x]) => [k, text(x)]));
  }
  headers.Cookie ??= await cookies(url.href);
  if (!headers.Cookie) delete headers.Cookie;
  const answer = await fetch(url, { method: o.method ?? (body === undefined ? "GET" : "POST"), headers, body, signal: AbortSignal.timeout(o.timeout ?? timeout) });
  const got = { url: answer.url, status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  if (o.status ? got.status !== o.status : !answer.ok) throw new Error(`${got.url}: status ${got.status}`);
  try { got.json = JSON.parse(got.body); } catch { /* it is no JSON */ }
  return got;
});

// rowsOf runs in a page: rows of a document, which html is the text of, or the page itself.
const rowsOf = ({ html, base, rows, columns, table, limit }) => {
  const doc = html === null ? document : new DOMParser().parseFromString(html, "text/html");
  const all = (root, s) => {
    if (!s) return [root];
    if (!s.startsWith("xpath/")) return [...root.querySelectorAll(s)];
    const found = doc.evaluate(s.slice(6), root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    return Array.from({ length: found.snapshotLength }, (_, i) => found.snapshotItem(i));
  };
  const words = (e) => e.textContent.replace(/\s+/g, " ").trim();
  const cell = (e, c) => {
    if (c.html) return e.innerHTML;
    if (!c.attribute) return words(e);
    const raw = e.getAttribute(c.attribute);
    return raw !== null && ["href", "src"].includes(c.attribute) ? new URL(raw, base).href : raw;
  };
  if (table) {
    const [head, ...body] = all(doc, table).slice(0, 1).flatMap((t) => [...t.rows]);
    const names = head ? [...head.cells].map(words) : [];
    return body.slice(0, limit).map((r) => Object.fromEntries(names.map((n, i) => [n, r.cells[i] ? words(r.cells[i]) : null])));
  }
  return all(doc, rows).slice(0, limit).map((r) => Object.fromEntries(Object.entries(columns).map(([name, c]) => {
    const found = all(r, c.select).map((e) => cell(e, c));
    if (c.required && found.length === 0) throw new Error(`a row has no ${name}`);
    return [name, c.all ? found : found[0] ?? null];
  })));
};

const extract = (o) => tried(o, async () => {
  const from = o.from === undefined ? null : o.from?.body ?? o.from;
  if (o.jq) return o.jq(typeof from === "string" ? JSON.parse(from) : from);
  const columns = Object.fromEntries(Object.entries(o.columns ?? {}).map(([k, c]) => [k, typeof c === "string" ? { select: c } : c]));
  const plain = Object.fromEntries(Object.entries(columns).map(([k, { jq, ...c }]) => [k, c]));
  const place = await placeOf(o);
  const rows = await place.evaluate(rowsOf, { html: from, base: o.from?.url ?? place.url(), rows: o.rows, columns: plain, table: o.table, limit: o.limit });
  for (const row of rows) {
    for (const k of Object.keys(row)) {
      if (o.cell) row[k] = o.cell(row[k]);
      if (columns[k]?.jq) row[k] = columns[k].jq(row[k]);
    }
  }
  return rows;
});

const csv = (rows, columns) => {
  const quoted = (x) => {
    const s = x === null || x === undefined ? "" : text(x);
    return /[",\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
  };
  return rows.map((r) => columns.map((c) => quoted(r[c])).join(",") + "\r\n").join("");
};

const write = (o) => tried(o, async () => {
  const format = o.format ?? { csv: "csv", json: "json", jsonl: "jsonl" }[o.file.split(".").pop()] ?? "text";
  const rows = Array.isArray(o.value) ? o.value : [o.value];
  let content;
  if (format === "csv") {
    const columns = [o.columns ?? Object.keys(rows[0] ?? {})].flat();
    content = (o.append && existsSync(o.file) ? "" : columns.join(",") + "\r\n") + csv(rows, columns);
  } else if (format === "jsonl") {
    content = rows.map((r) => JSON.stringify(r) + "\n").join("");
  } else if (format === "json") {
    content = JSON.stringify(o.value, null, 2) + "\n";
  } else if (format === "text") {
    content = rows.map(text).join("\n");
  } else {
    return missing(`the format ${format}`);
  }
  await mkdir(dirname(o.file), { recursive: true });
  await writeFile(o.file, content, { flag: o.append ? "a" : "w" });
});

// several runs a job for each of a list, so many at once, and gives their results in order.
const several = async (list, workers, job) => {
  const results = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < list.length; i = next++) results[i] = await job(list[i], i);
  };
  await Promise.all(Array.from({ length: Math.min(workers, list.length) }, lane));
  return results;
};

const download = (v, o) => tried({ ...o, retries: 0 }, () => several([o.urls].flat(), o.workers ?? 6, (item, index) => tried({ retries: o.retries }, async () => {
  const url = item.url ?? item;
  const name = o.file ? o.file({ ...v, item, index }) : new URL(url).pathname.split("/").pop() || "index";
  const file = join(o.dir ?? "", name.replace(/[/\\:*?"<>|\0]/g, "_"));
  const answer = await fetch(url, { headers: o.headers });
  if (!answer.ok) throw new Error(`${url}: status ${answer.status}`);
  const data = Buffer.from(await answer.arrayBuffer());
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, data);
  return { url, file, size: data.length };
})));

const items = (list) => {
  const [, from, to] = typeof list === "string" ? list.match(/^(-?\d+)\.\.(-?\d+)$/) ?? [] : [];
  if (from === undefined) return list;
  return +from <= +to ? range(+from, +to + 1) : range(+to, +from + 1).reverse();
};

// Runs of an each have values of their own. Those that need the page come one after the other, whatever workers says.
const each = (v, o) => tried({ ...o, retries: 0 }, async () => {
  const list = items(o.in);
  if (!Array.isArray(list)) return missing("a list without end");
  let over = false;
  const results = await several(list, o.page ? 1 : o.workers ?? 1, async (item, index) => {
    if (over) return [];
    const inner = { ...v, [o.item ?? "item"]: item, index };
    try {
      await tried({ retries: o.retries }, () => o.steps(inner));
    } catch (e) {
      if (o.onError !== "skip") throw e;
      console.error(e.message);
      return [];
    }
    if (o.until && truth(o.until(inner))) over = true;
    return o.collect ? [o.collect(inner)].flat() : [];
  });
  return results.flat();
});

const check = async (o) => {
  if ("that" in o && !truth(o.that)) throw new Error(o.message ?? "it is not so");
  if (o.selectors) await waitForElement({ ...o, visible: o.visible ?? true });
  const place = o.url || o.title ? await placeOf(o) : null;
  if (o.url) await until(o.message ?? `address ${o.url}`, o.timeout ?? timeout, () => matches(o.url, place.url()));
  if (o.title) await until(o.message ?? `title ${o.title}`, o.timeout ?? timeout, async () => matches(o.title, await place.title()));
};
const assert = (o) => tried(o, () => check(o));

const when = async (o) => {
  const yes = o.selectors ? (await count(await placeOf(o), o.selectors)) > 0 : truth(o.that);
  await (yes ? o.then : o.else)?.();
};

const waitForElement = (o) => tried(o, async () => {
  const place = await placeOf(o), wanted = o.count ?? 1;
  const is = { ">=": (n) => n >= wanted, "==": (n) => n === wanted, "<=": (n) => n <= wanted }[o.operator ?? ">="];
  await until(JSON.stringify(o.selectors), o.timeout ?? timeout, async () => is(await count(place, o.selectors, o)));
});

// fits runs in a page: whether an element is as waitForElement wants it.
const fits = (e, { visible = true, properties = {}, attributes = {}, text }) => {
  const box = e.getBoundingClientRect();
  const seen = box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== "hidden";
  const part = (have, want) => (want !== null && typeof want === "object" ? Object.entries(want).every(([k, x]) => part(have?.[k], x)) : have === want);
  return seen === visible && part(e, properties) && Object.entries(attributes).every(([k, x]) => e.getAttribute(k) === x) && (!text || e.textContent.includes(text));
};

const paginate = (v, o) => tried(o, async () => {
  const seen = new Map();
  let number = o.first ?? 1;
  for (let left = o.pages ?? 10_000; left > 0; left--, number++) {
    const inner = { ...v, page: number };
    if (o.url) await navigate({ url: o.url(inner), timeout: o.timeout });
    await o.steps?.(inner);
    const before = seen.size;
    for (const x of o.collect ? [o.collect(inner)].flat() : []) seen.set(JSON.stringify(x), x);
    if ((o.collect && seen.size === before) || (o.until && truth(o.until(inner)))) break;
    const place = await placeOf(o);
    if (o.next) {
      if ((await count(place, o.next, { visible: true, properties: { disabled: false } })) + (await count(place, o.next, { visible: true, properties: { tagName: "A" } })) === 0) break;
      await click({ ...o, selectors: o.next });
    } else if (o.scroll) {
      await place.evaluate(() => window.scroll(0, document.documentElement.scrollHeight));
      await sleep(500);
    }
  }
  return [...seen.values()];
});
