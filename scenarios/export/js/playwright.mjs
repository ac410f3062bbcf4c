// Needs: npm install playwright-core
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ ...(process.env.BROWSER ? { executablePath: process.env.BROWSER } : { channel: "chrome" }), args: ["--headless=new"], chromiumSandbox: process.env.SEINE_NO_SANDBOX !== "1" });
const context = await browser.newContext();
const page = await context.newPage();
const opened = [], found = await following(await browser.newBrowserCDPSession());
context.on("page", (p) => found(p, context.newCDPSession(p)));

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

// Selectors of Chrome's Recorder in Playwright's own words, which looks into open shadow roots by itself.
const roles = ["button", "link", "textbox", "checkbox", "radio", "combobox", "option", "menuitem", "tab", "switch", "searchbox", "heading", "img"];
const part = (root, s) => {
  if (s.startsWith("text/")) return root.getByText(s.slice(5));
  if (s.startsWith("xpath/")) return root.locator("xpath=" + s.slice(6));
  if (s.startsWith("pierce/")) return root.locator(s.slice(7));
  if (!s.startsWith("aria/")) return root.locator("css=" + s);
  const [, name, role] = s.slice(5).match(/^(.*?)(?:\[role="([^"]+)"\])?$/);
  if (role) return root.getByRole(role, { name: name || undefined, exact: true });
  return roles.map((r) => root.getByRole(r, { name, exact: true })).reduce((a, b) => a.or(b), root.getByLabel(name, { exact: true }));
};
const locators = (place, selectors) => [selectors].flat(1).map((s) => [s].flat().reduce(part, place));

// The alternative that is there first.
const find = async (place, o) => {
  const list = locators(place, o.selectors);
  return until(JSON.stringify(o.selectors), o.timeout ?? timeout, async () => {
    for (const l of list) if ((await l.count()) > 0) return l.first();
  });
};
const limit = (o) => ({ timeout: o.timeout ?? timeout });

const count = async (place, selectors, o) => {
  for (const l of locators(place, selectors)) {
    let n = 0;
    const wanted = o && { visible: o.visible, properties: o.properties, attributes: o.attributes, text: o.text };
    for (const e of await l.elementHandles()) if (!o || (await e.evaluate(fits, wanted))) n++;
    if (n > 0) return n;
  }
  return 0;
};

// keeping runs what offers files, and keeps them.
const keeping = async (o, what) => {
  const files = asserted(o, "download"), offered = [], more = (d) => offered.push(d), hears = (p) => p.on("download", more);
  if (!files.length) return what();
  context.pages().forEach(hears);
  context.on("page", hears);
  try {
    await what();
    await until(`${files.length} downloads`, o.timeout ?? timeout, () => offered.length >= files.length);
    for (const [i, f] of files.entries()) await offered[i].saveAs(f.file || offered[i].suggestedFilename().replace(/[/\\:*?"<>|\0]/g, "_"));
  } finally {
    context.off("page", hears);
    context.pages().forEach((p) => p.off("download", more));
  }
};

// act does something on the page, and waits for the navigation and the files that it brings about.
const act = (o, what) => tried(o, () => keeping(o, async () => {
  const place = await placeOf(o);
  const moved = asserted(o, "navigation").length ? place.waitForNavigation(limit(o)) : null;
  await orClosed(place, Promise.all([moved, what(place)]));
}));

const buttons = { primary: "left", auxiliary: "middle", secondary: "right" };
const pointer = (o) => ({ button: buttons[o.button], delay: o.duration, position: o.offsetX === undefined ? undefined : { x: o.offsetX, y: o.offsetY ?? 0 }, ...limit(o) });

const navigate = (o) => tried(o, () => keeping(o, async () => (await placeOf(o)).goto(o.url, limit(o)).catch((e) => { if (!asserted(o, "download").length) throw e; })));
const history = (o) => tried(o, async () => {
  const place = await placeOf(o), way = { waitUntil: "commit", ...limit(o) };
  if (o.by > 1) await Promise.all([place.waitForNavigation(way), place.evaluate((by) => { setTimeout(() => window.history.go(by)); }, o.go === "back" ? -o.by : o.by)]);
  else await place[{ back: "goBack", forward: "goForward", reload: "reload" }[o.go]](way);
  await place.waitForLoadState("domcontentloaded", limit(o));
});
const setViewport = async (o) => (await placeOf(o)).setViewportSize({ width: o.width, height: o.height });
const emulateNetworkConditions = async (o) => {
  const session = await context.newCDPSession(await placeOf(o));
  await session.send("Network.emulateNetworkConditions", { offline: !o.download && !o.upload, downloadThroughput: o.download, uploadThroughput: o.upload, latency: o.latency });
};
const close = async (o) => (await placeOf(o)).close();
const click = (o) => act(o, async (place) => (await find(place, o)).click(pointer(o)));
const doubleClick = (o) => act(o, async (place) => (await find(place, o)).dblclick(pointer(o)));
const hover = (o) => act(o, async (place) => (await find(place, o)).hover(limit(o)));
const change = (o) => act(o, async (place) => {
  const e = await find(place, o);
  const [tag, type] = await e.evaluate((x) => [x.tagName, x.type]);
  if (tag === "SELECT") await e.selectOption(o.value, limit(o));
  else if (["checkbox", "radio"].includes(type)) await e.setChecked(o.value === "true", limit(o));
  else await e.fill(o.value, limit(o));
});
const select = (o) => act(o, async (place) => (await find(place, o)).selectOption([o.options].flat(), limit(o)));
const upload = (o) => act(o, async (place) => (await find(place, o)).setInputFiles([o.files].flat(), limit(o)));
const keyDown = (o) => act(o, () => page.keyboard.down(o.key));
const keyUp = (o) => act(o, () => page.keyboard.up(o.key));
const press = (o) => act(o, async (place) => {
  if (o.selectors) await (await find(place, o)).focus(limit(o));
  for (const keys of [o.keys].flat()) await page.keyboard.press(keys);
});
const drag = (o) => act(o, async (place) => {
  const middle = async (e) => {
    const box = await e.boundingBox();
    return { ...box, cx: box.x + box.width / 2, cy: box.y + box.height / 2 };
  };
  const a = await middle(await find(place, o));
  const to = o.to ? await middle(await find(place, { ...o, selectors: o.to })) : null;
  const b = to ? { x: o.x === undefined ? to.cx : to.x + o.x, y: o.y === undefined ? to.cy : to.y + o.y } : { x: a.cx + (o.x ?? 0), y: a.cy + (o.y ?? 0) };
  await page.mouse.move(a.cx, a.cy);
  await page.mouse.down();
  await page.mouse.move(b.x, b.y, { steps: 10 });
  await page.mouse.up();
});
const scroll = (o) => act(o, async (place) => {
  if (!o.selectors) return place.evaluate(([x, y]) => window.scroll(x, y), [o.x ?? 0, o.y ?? 0]);
  const e = await find(place, o);
  if (o.x === undefined && o.y === undefined) return e.scrollIntoViewIfNeeded(limit(o));
  return e.evaluate((x, [left, top]) => x.scroll(left, top), [o.x ?? 0, o.y ?? 0]);
});
const waitForExpression = (o) => tried(o, async () => (await placeOf(o)).waitForFunction(o.expression, null, limit(o)));
const waitForRequest = (o) => tried(o, async () => {
  const r = await page.waitForResponse((x) => matches(o.url, x.url()) && (!o.method || x.request().method() === o.method) && (o.status ? x.status() === o.status : x.ok()), limit(o));
  const got = { url: r.url(), status: r.status(), headers: r.headers(), body: await r.text() };
  try { got.json = JSON.parse(got.body); } catch { /* it is no JSON */ }
  return got;
});
const screenshot = (o) => tried(o, async () => {
  await mkdir(dirname(o.file), { recursive: true });
  const place = await placeOf(o);
  return o.selectors ? (await find(place, o)).screenshot({ path: o.file }) : page.screenshot({ path: o.file, fullPage: o.fullPage });
});
const pdf = async (o) => page.pdf({ path: o.file, format: o.format ?? "A4", landscape: o.landscape, printBackground: o.background });
const cookies = async (url) => (await context.cookies(url)).map((c) => `${c.name}=${c.value}`).join("; ");
