// Needs: npm install puppeteer-core
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import puppeteer, { Locator } from "puppeteer-core";

const args = process.env.SEINE_NO_SANDBOX === "1" ? ["--no-sandbox"] : [];
const browser = await puppeteer.launch(process.env.BROWSER ? { executablePath: process.env.BROWSER, args } : { channel: "chrome", args });
const page = await browser.newPage();
const opened = [], found = await following(await browser.target().createCDPSession());
browser.on("targetcreated", (t) => { if (t.type() === "page") t.page().then((p) => found(p, t.createCDPSession())).catch(() => {}); }); // it may be gone

// A frame by its address or by a selector of its element.
const framed = async (frame, pattern) => {
  if (/^\*?\/|:\/\/|^about:/.test(pattern)) return frame.childFrames().find((f) => matches(pattern.startsWith("/") ? "*" + pattern : pattern, f.url()));
  return (await frame.$(pattern))?.contentFrame();
};

// The document that a step works in.
const placeOf = async (o) => {
  let place = page;
  if (o.target && o.target !== "main") place = await until(`target ${o.target}`, o.timeout ?? timeout, () => addressed(o.target));
  if (!o.frame?.length && !o.inFrame?.length) return place;
  let frame = place.mainFrame();
  for (const pattern of o.inFrame ?? []) frame = await until(`frame ${pattern}`, o.timeout ?? timeout, () => framed(frame, pattern));
  if (o.inFrame?.length) return frame;
  for (const i of o.frame) frame = await until(`frame ${o.frame}`, o.timeout ?? timeout, () => frame.childFrames()[i]);
  return frame;
};

// Selectors of Chrome's Recorder in Puppeteer's own words.
const escaped = (s) => s.replace(/['"()\\]/g, "\\$&");
const part = (s) => {
  for (const kind of ["aria", "text", "xpath"]) if (s.startsWith(kind + "/")) return `::-p-${kind}(${escaped(s.slice(kind.length + 1))})`;
  return s.startsWith("pierce/") ? `:scope >>> ${s.slice(7)}` : s;
};
const selector = (alternative) => [alternative].flat().map(part).join(" >>>> ");
const alternatives = (x) => [x].flat(1).map(selector);

const find = (place, o) => Locator.race(alternatives(o.selectors).map((s) => place.locator(s))).setTimeout(o.timeout ?? timeout);
const element = async (place, o) => (await find(place, o).waitHandle()).asElement();

const count = async (place, selectors, o) => {
  for (const s of alternatives(selectors)) {
    const found = await place.$$(s);
    let n = 0;
    for (const e of found) if (!o || (await e.evaluate(fits, { visible: o.visible, properties: o.properties, attributes: o.attributes, text: o.text }))) n++;
    if (n > 0) return n;
  }
  return 0;
};

// keeping runs what offers files, and keeps them.
const keeping = async (o, what) => {
  const files = asserted(o, "download");
  if (!files.length) return what();
  const folder = await mkdtemp(join(tmpdir(), "download-")), session = await browser.target().createCDPSession(), names = {}, done = [];
  session.on("Browser.downloadWillBegin", (e) => { names[e.guid] = e.suggestedFilename; });
  session.on("Browser.downloadProgress", (e) => { if (e.state === "completed") done.push(e.guid); });
  try {
    await session.send("Browser.setDownloadBehavior", { behavior: "allowAndName", downloadPath: folder, eventsEnabled: true });
    await what();
    await until(`${files.length} downloads`, o.timeout ?? timeout, () => done.length >= files.length);
    for (const [i, f] of files.entries()) {
      const file = f.file || names[done[i]].replace(/[/\\:*?"<>|\0]/g, "_");
      await mkdir(dirname(file), { recursive: true });
      await copyFile(join(folder, done[i]), file);
    }
  } finally {
    await session.send("Browser.setDownloadBehavior", { behavior: "default" });
    await session.detach();
    await rm(folder, { recursive: true });
  }
};

// act does something on the page, and waits for the navigation and the files that it brings about.
const act = (o, what) => tried(o, () => keeping(o, async () => {
  const place = await placeOf(o);
  const moved = asserted(o, "navigation").length ? place.waitForNavigation({ timeout: o.timeout ?? timeout }) : null;
  await orClosed(place, Promise.all([moved, what(place)]));
}));

const buttons = { primary: "left", auxiliary: "middle", secondary: "right", back: "back", forward: "forward" };
const pointer = (o) => ({ button: buttons[o.button], delay: o.duration, offset: o.offsetX === undefined ? undefined : { x: o.offsetX, y: o.offsetY ?? 0 } });

const navigate = (o) => tried(o, () => keeping(o, async () => (await placeOf(o)).goto(o.url, { timeout: o.timeout ?? timeout }).catch((e) => { if (!asserted(o, "download").length) throw e; })));
const history = (o) => tried(o, async () => {
  const place = await placeOf(o), way = { waitUntil: "domcontentloaded", timeout: o.timeout ?? timeout };
  if (o.by > 1) await Promise.all([place.waitForNavigation(way), place.evaluate((by) => { setTimeout(() => window.history.go(by)); }, o.go === "back" ? -o.by : o.by)]);
  else await place[{ back: "goBack", forward: "goForward", reload: "reload" }[o.go]](way);
});
const setViewport = async (o) => (await placeOf(o)).setViewport({ deviceScaleFactor: 1, ...o });
const emulateNetworkConditions = async (o) => (await placeOf(o)).emulateNetworkConditions({ offline: !o.download && !o.upload, download: o.download, upload: o.upload, latency: o.latency });
const close = async (o) => (await placeOf(o)).close();
const click = (o) => act(o, (place) => find(place, o).click(pointer(o)));
const doubleClick = (o) => act(o, (place) => find(place, o).click({ ...pointer(o), count: 2 }));
const hover = (o) => act(o, (place) => find(place, o).hover());
const change = (o) => act(o, async (place) => {
  const e = await element(place, o);
  const box = await e.evaluate((x) => (["checkbox", "radio"].includes(x.type) ? x.checked : null));
  if (box === null) await find(place, o).fill(o.value);
  else if (String(box) !== o.value) await find(place, o).click();
});
const select = (o) => act(o, async (place) => {
  const e = await element(place, o);
  const wanted = [o.options].flat();
  const values = await e.evaluate((x, list) => [...x.options].filter((p) => list.includes(p.value) || list.includes(p.label.trim())).map((p) => p.value), wanted);
  await e.select(...values);
});
const upload = (o) => act(o, async (place) => (await element(place, o)).uploadFile(...[o.files].flat()));
const keyDown = (o) => act(o, () => page.keyboard.down(o.key));
const keyUp = (o) => act(o, () => page.keyboard.up(o.key));
const press = (o) => act(o, async (place) => {
  if (o.selectors) await (await element(place, o)).focus();
  for (const keys of [o.keys].flat()) {
    const list = keys === "+" ? ["+"] : keys.split("+");
    for (const k of list) await page.keyboard.down(k);
    for (const k of list.reverse()) await page.keyboard.up(k);
  }
});
const drag = (o) => act(o, async (place) => {
  const a = await (await element(place, o)).clickablePoint();
  const box = o.to ? await (await element(place, { ...o, selectors: o.to })).boundingBox() : null;
  const b = box ? { x: box.x + (o.x ?? box.width / 2), y: box.y + (o.y ?? box.height / 2) } : { x: a.x + (o.x ?? 0), y: a.y + (o.y ?? 0) };
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move(b.x, b.y, { steps: 10 });
  await page.mouse.up();
});
const scroll = (o) => act(o, async (place) => {
  if (!o.selectors) return place.evaluate((x, y) => window.scroll(x, y), o.x ?? 0, o.y ?? 0);
  const e = await element(place, o);
  if (o.x === undefined && o.y === undefined) return e.scrollIntoView();
  return e.evaluate((x, left, top) => x.scroll(left, top), o.x ?? 0, o.y ?? 0);
});
const waitForExpression = (o) => tried(o, async () => (await placeOf(o)).waitForFunction(o.expression, { timeout: o.timeout ?? timeout }));
const waitForRequest = (o) => tried(o, async () => {
  const r = await page.waitForResponse((x) => matches(o.url, x.url()) && (!o.method || x.request().method() === o.method) && (o.status ? x.status() === o.status : x.ok()), { timeout: o.timeout ?? timeout });
  const got = { url: r.url(), status: r.status(), headers: r.headers(), body: await r.text() };
  try { got.json = JSON.parse(got.body); } catch { /* it is no JSON */ }
  return got;
});
const screenshot = (o) => tried(o, async () => {
  await mkdir(dirname(o.file), { recursive: true });
  const place = await placeOf(o);
  return o.selectors ? (await element(place, o)).screenshot({ path: o.file }) : page.screenshot({ path: o.file, fullPage: o.fullPage });
});
const pdf = async (o) => page.pdf({ path: o.file, format: o.format ?? "A4", landscape: o.landscape, printBackground: o.background });
const cookies = async (url) => {
  const host = new URL(url).hostname;
  const all = await browser.cookies();
  return all.filter((c) => host === c.domain.replace(/^\./, "") || host.endsWith("." + c.domain.replace(/^\./, ""))).map((c) => `${c.name}=${c.value}`).join("; ");
};
