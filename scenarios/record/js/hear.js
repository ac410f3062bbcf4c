// Listens, at the very front of the page and without touching anything, and tells what a person does. What scripts do themselves is not
// trusted, and not heard.

const now = (e) => performance.timeOrigin + (e ? e.timeStamp : performance.now());
// What comes in a stream may be too much; of what is left out, the last says what came of it.
let sent = 0, second = 0, cut = 0, held = null, heldTimer = 0;
const most = 1000; // messages a second; no hand is that fast
const streams = /^(input|scroll|key|host)$/;
const say = (m) => { sent++; tell(JSON.stringify(m)); };
const release = () => {
  clearTimeout(heldTimer);
  heldTimer = 0;
  if (held) say(held);
  if (cut > 1) tell(JSON.stringify({ k: "cut", t: now(), u: "", n: cut - 1 }));
  held = null;
  cut = 0;
};
const send = (m, e) => {
  const s = Math.floor(performance.now() / 1000);
  if (s !== second) { second = s; sent = 0; release(); }
  m.t = now(e);
  m.u = location.href;
  m.title = document.title;
  const stream = streams.test(m.k);
  if (sent >= (stream ? most : 3 * most)) {
    held = m;
    cut++;
    heldTimer ||= setTimeout(release, 1000 - (performance.now() % 1000) + 10);
    return;
  }
  if (!stream && held) release();
  say(m);
};

// Elements have numbers, by which they are spoken of again.
const numbers = new WeakMap(), elements = new Map();
let last = 0;
const number = (e) => {
  let n = numbers.get(e);
  if (!n) {
    numbers.set(e, (n = ++last));
    elements.set(n, new WeakRef(e));
    if (elements.size > 5000) elements.delete(elements.keys().next().value);
  }
  return n;
};
const offsetKinds = /^(CANVAS|VIDEO|OBJECT|EMBED)$/;
const placed = (e) => offsetKinds.test(e.tagName) || e.tagName === "IMG" && (e.useMap || e.isMap) || e.tagName === "INPUT" && e.type === "image" || e.matches("[role=slider], [role=application]") || e instanceof SVGElement;
const describe = (e) => ({
  r: number(e), sel: selectorsOf(e, testIds), tag: e.tagName.toLowerCase(), type: e.tagName === "INPUT" ? e.type : "", role: roleOf(e), name: clip(nameOf(e) || spaced(e.textContent || ""), 60),
  called: calledOf(e), group: groupOf(e), secret: secret(e), edit: editable(e), placed: placed(e), control: e.tagName === "LABEL" && e.control ? number(e.control) : 0,
});
const refer = (e) => { // briefly, if it was described lately
  const d = described.get(e);
  if (d && performance.now() - d < 5000) return { r: number(e), secret: secret(e) };
  described.set(e, performance.now());
  return describe(e);
};
const described = new WeakMap();

// Closed shadow roots do not show themselves: whoever may be a host of one is asked for.
const mayHost = /^(ARTICLE|ASIDE|BLOCKQUOTE|DIV|FOOTER|H[1-6]|HEADER|MAIN|NAV|P|SECTION|SPAN)$/;
const asked = new WeakMap(); // when
const suspect = (e, e2, pressed) => {
  if (!e || e.nodeType !== 1 || shadowOf(e)) return false;
  if (asked.has(e)) return performance.now() - asked.get(e) < 1000; // the answer is on its way
  const custom = e.localName.includes("-");
  if (!custom && !(mayHost.test(e.tagName) && (pressed || !e.hasChildNodes()))) return false;
  asked.set(e, performance.now());
  send({ k: "host", el: { r: number(e) } }, e2);
  return true;
};
const inner = (e, at) => { // what is at the bottom of closed roots
  for (let root; (root = closed.get(e)); ) {
    const deeper = at ? root.elementFromPoint(at.clientX, at.clientY) : root.activeElement;
    if (!deeper || deeper === e || deeper === root.host) break;
    e = deeper;
  }
  return e;
};
const watchedRoots = new WeakSet();
const watchRoot = (root) => { // change and scroll do not leave a shadow root
  if (watchedRoots.has(root)) return;
  watchedRoots.add(root);
  hear(root, "change", changed);
};
const target = (e, at) => {
  for (const n of e.composedPath()) if (n instanceof ShadowRoot) watchRoot(n);
  let t = e.composedPath()[0];
  if (t && t.nodeType === 3) t = t.parentElement;
  if (!t || t.nodeType !== 1) return null;
  return inner(t, at);
};

// Typing. What is typed into rich text is read when there is time.
let rich = null, richTimer = 0;
const flush = () => {
  settleScroll();
  if (!rich) return;
  clearTimeout(richTimer);
  const e = rich;
  rich = null;
  send({ k: "input", el: refer(e), v: (e.innerText || "").replace(/\n+$/, "") });
};
const mostText = 100000;
const typed = (e) => {
  const t = target(e);
  if (!t || !editable(t)) { if (t) { suspect(t, e, true); unread.add(t); } return; }
  const h = host(t);
  if (h.isContentEditable) {
    if (rich && rich !== h) flush();
    rich = h;
    clearTimeout(richTimer);
    richTimer = setTimeout(flush, 200);
    return;
  }
  send({ k: "input", el: refer(h), v: secret(h) ? "" : clip(h.value, mostText) }, e);
};
const unread = new Set(); // hosts of closed roots that were typed into
const changed = (e) => { const t = target(e); if (t) report(t, e); };
const report = (t, e) => {
  flush();
  if (t.tagName === "SELECT") {
    send({ k: "change", kind: "select", el: refer(t), options: [...t.selectedOptions].map((o) => ({ label: spaced(o.label || o.text), value: o.value })), many: t.multiple }, e);
  } else if (t.tagName === "INPUT" && t.type === "file") {
    send({ k: "change", kind: "file", el: describe(t), files: [...t.files].map((f) => f.name) }, e);
  } else if (t.tagName === "INPUT" && /^(checkbox|radio)$/.test(t.type)) {
    send({ k: "change", kind: "box", el: refer(t), v: String(t.checked) }, e);
  } else if (editable(t)) {
    send({ k: "input", el: refer(t), v: secret(t) ? "" : clip(t.value, mostText), end: true }, e);
  } else if (t.tagName === "INPUT") {
    send({ k: "change", kind: "set", el: refer(t), v: secret(t) ? "" : clip(t.value, mostText) }, e);
  }
};

// Keys that are no text.
const modifierKeys = /^(Shift|Control|Alt|Meta|AltGraph|CapsLock|NumLock|ScrollLock|Fn|FnLock|Hyper|Super|Symbol|SymbolLock|Dead|Process|Unidentified|Compose)$/;
const editKeys = /^(Backspace|Delete|ArrowLeft|ArrowRight|Home|End|Insert|ContextMenu)$/;
const scrollKeys = /^( |ArrowUp|ArrowDown|ArrowLeft|ArrowRight|PageUp|PageDown|Home|End)$/;
const mods = (e) => (e.ctrlKey ? "C" : "") + (e.altKey ? "A" : "") + (e.metaKey ? "M" : "") + (e.shiftKey ? "S" : "");
const key = (e) => {
  if (e.isComposing || e.repeat && e.key.length === 1 || modifierKeys.test(e.key)) return;
  const t = target(e);
  if (!t) return;
  const chord = e.ctrlKey || e.metaKey || e.altKey && !e.getModifierState("AltGraph"), edits = editable(t), many = edits && t.tagName !== "INPUT";
  if (edits && (e.key.length === 1 && !chord || editKeys.test(e.key) && !e.altKey)) return;
  if (edits && chord && /^[acvxyz]$/i.test(e.key) && !e.altKey) return;
  if (t.tagName === "SELECT" && !chord && !/^(Tab|Escape)$/.test(e.key)) return;
  if (t.tagName === "INPUT" && /^(date|time|month|week|datetime-local|color|range|radio)$/.test(t.type) && !chord && !/^(Tab|Escape|Enter)$/.test(e.key)) return;
  flush();
  stamp.disconnect();
  const m = { k: "key", key: e.key, mods: mods(e), el: t === document.body || t === document.documentElement ? null : refer(t), edits };
  const unhandled = many && /^(Enter|ArrowUp|ArrowDown|PageUp|PageDown)$/.test(e.key) && !chord || !edits && scrollKeys.test(e.key) && !chord && !t.matches(pressable) && !t.matches("[role], [tabindex]");
  if (scrollKeys.test(e.key)) scrolls = performance.now();
  if (!unhandled) { send(m, e); return; }
  setTimeout(() => { if (e.defaultPrevented) send(m, e); }); // else it was a sign, or a way to scroll
};

// The pointer.
let press = null, presses = 0;
const place = (e, x, y) => { const b = e.getBoundingClientRect(); return { ox: Math.round((x - b.left) * 10) / 10, oy: Math.round((y - b.top) * 10) / 10 }; };
const down = (e) => {
  flush();
  stamp.disconnect();
  const t = target(e, e);
  if (!t) return;
  const dark = suspect(t, e, true), el = meant(t), b = el.getBoundingClientRect();
  const bar = t === document.documentElement && e.clientX >= t.clientWidth || t.clientWidth && e.offsetX > t.clientWidth + t.clientLeft && t.scrollHeight > t.clientHeight;
  if (bar) { scrolls = performance.now(); press = null; return; }
  press = { p: ++presses, el, x: e.clientX, y: e.clientY, left: b.left, top: b.top, pointer: e.pointerType, button: e.button, dragged: false };
  described.set(el, performance.now());
  send({ k: "down", p: press.p, el: describe(el), b: e.button, pointer: e.pointerType, mods: mods(e), hover: hoverOf(el), dark, ...place(el, e.clientX, e.clientY) }, e);
};
const far = 8; // CSS pixels: further is no click
const up = (e) => {
  if (!press || press.button !== e.button) return;
  const p = press;
  // What goes away as it is pressed is never clicked, as the page sees it.
  if (!p.el.isConnected && !p.button) setTimeout(() => { if (!p.clicked) send({ k: "click", b: 0, detail: 1, mods: mods(e), p: p.p }, e); });
  if ( Math.hypot(e.clientX - press.x, e.clientY - press.y) <= far) return;
  const from = press.el, s = getSelection();
  press.dragged = true;
  if (editable(from) || from.matches("input, select, option") || s && !s.isCollapsed && s.toString().trim()) return;
  const over = document.elementsFromPoint(e.clientX, e.clientY).find((o) => !from.contains(o) && o !== from);
  const to = over && !over.contains(from) ? meant(over) : null;
  send({ k: "drag", p: press.p, el: { r: number(from) }, to: to && describe(to), dx: e.clientX - press.x, dy: e.clientY - press.y, ...(to ? place(to, e.clientX, e.clientY) : {}) }, e);
};
const click = (e) => {
  const t = target(e, e.detail ? e : null);
  if (!t) return;
  const el = meant(t), own = e.detail && press;
  if (own && press.dragged) return;
  if (own && press.el.tagName === "LABEL" && el !== press.el && press.el.control === el) return; // what the label does
  if (own) press.clicked = true;
  const m = { k: e.type, b: e.button, detail: e.detail, mods: mods(e), p: own ? press.p : 0 };
  // What was pressed counts: under the pointer another element may have come in its place.
  if (!own || press.el !== el && press.el.isConnected && !el.contains(press.el) && !press.el.contains(el)) {
    m.el = refer(el);
    m.p = 0;
    Object.assign(m, place(el, e.clientX, e.clientY));
  }
  send(m, e);
};
const chooser = (e) => { const t = e.composedPath()[0]; if (t && t.tagName === "INPUT" && t.type === "file") send({ k: "chooser", el: { r: number(t) } }, e); };

// Drag and drop.
let carried = null;
const lift = (e) => {
  const t = target(e, e);
  carried = t && t.draggable ? t : t && t.closest ? t.closest("[draggable=true], img, a") : null;
  if (carried) { described.set(carried, performance.now()); carried = describe(carried); }
};
const drop = (e) => {
  if (!carried) return;
  const t = target(e, e);
  if (t) { const to = meant(t); send({ k: "drag", p: 0, html: true, el: carried, to: describe(to), dx: 0, dy: 0, ...place(to, e.clientX, e.clientY) }, e); }
  carried = null;
};

// Menus that open under the pointer: what a hover has made visible is known by the style sheets, or by what scripts changed just then.
let pointed = {}, hovered = null, hoverTime = 0, made = new WeakMap();
const stamp = new MutationObserver((list) => {
  if (performance.now() - hoverTime > 400) { stamp.disconnect(); return; }
  for (const m of list) {
    if (m.type === "attributes") { if (m.target !== hovered && m.oldValue !== m.target.getAttribute(m.attributeName)) made.set(m.target, hovered); else if (m.target === hovered) made.set(m.target, hovered); }
    for (const n of m.addedNodes) if (n.nodeType === 1) made.set(n, hovered);
  }
});
const over = (e) => {
  const t = target(e, e);
  if (!t || t === hovered) return;
  suspect(t, e, false);
  const still = e.clientX === pointed.x && e.clientY === pointed.y; // the page moved, not the pointer
  pointed = { x: e.clientX, y: e.clientY };
  if (e.pointerType === "touch" || e.buttons || still || performance.now() - scrolls < 1000) return;
  stamp.takeRecords();
  hovered = t;
  hoverTime = performance.now();
  stamp.observe(t.getRootNode() === document ? document : t.getRootNode(), { subtree: true, childList: true, attributes: true, attributeOldValue: true, attributeFilter: ["class", "style", "hidden", "aria-expanded", "aria-hidden", "open", "data-state"] });
};
const shows = /^(display|visibility|opacity|transform|max-height|height|clip|clip-path|left|top|pointer-events|max-width|width)$/;
let hoverRules = null, ruleCount = -1;
const rulesOf = () => {
  const sheets = [...document.styleSheets, ...document.adoptedStyleSheets];
  let n = 0;
  const lists = [];
  for (const s of sheets) try { lists.push(s.cssRules); n += s.cssRules.length; } catch { /* of another site */ }
  if (hoverRules && n === ruleCount) return hoverRules;
  hoverRules = []; ruleCount = n;
  const walk = (rules, depth) => {
    for (const r of rules) {
      if (hoverRules.length > 500) return;
      if (r.selectorText && r.selectorText.includes(":hover") && [...r.style].some((p) => shows.test(p))) hoverRules.push(...r.selectorText.split(/,(?![^(]*\))/).filter((s) => s.includes(":hover")));
      else if (r.cssRules && r.cssRules.length && depth < 4 && !r.selectorText) walk(r.cssRules, depth + 1);
    }
  };
  for (const l of lists) walk(l, 0);
  return hoverRules;
};
const hoverCSS = (e) => {
  for (const rule of rulesOf()) {
    const i = rule.indexOf(":hover"), rest = rule.slice(i + 6), next = rest.search(/[\s>+~]/);
    if (next < 0) continue; // it styles what is under the pointer itself
    let subject;
    try { subject = e.closest(rule.trim()); } catch { continue; }
    if (!subject) continue;
    const head = rule.slice(0, i + 6) + rest.slice(0, next);
    for (let p = subject; p; p = p.parentElement) {
      if (p !== e && safeMatches(p, head)) return p;
      for (let s = p.previousElementSibling, n = 0; s && n < 5 && /[+~]/.test(rest); s = s.previousElementSibling, n++) if (safeMatches(s, head)) return s;
    }
  }
  return null;
};
const safeMatches = (e, css) => { try { return e.matches(css.trim()); } catch { return false; } };
const hoverOf = (e) => {
  let by = hoverCSS(e);
  if (!by) for (let p = e; p && !by; p = around(p)) { const h = made.get(p); if (h && h !== e && !e.contains(h) && !(p === h && h === e)) by = h; }
  if (!by || !by.isConnected) return null;
  const d = describe(handle(by, e));
  return d.sel.length ? d : null;
};
// Where the pointer rests on a menu that holds the item too, its title is what a person sees; the middle of all of it may be the item.
const handle = (by, e) => {
  if (!by.contains(e)) return by;
  const first = [...by.children].find((c) => !c.contains(e) && c.getClientRects().length);
  const label = first && first.matches("a, button, span, label, summary, [role], [aria-haspopup]") ? first : null;
  return label || by;
};

// Scrolling counts only where a person does it, and where it is at its end.
let scrolls = -1e9, scrollTimer = 0;
const wheel = () => { scrolls = performance.now(); stamp.disconnect(); };
let scroller, scrolledOn = false, inMotion = false; // null is the page
const reportScroll = () => {
  const s = scroller || document.scrollingElement;
  scrolledOn = false;
  if (s && scroller !== undefined) send({ k: "scroll", el: scroller ? refer(scroller) : null, x: Math.round(s.scrollLeft), y: Math.round(s.scrollTop) });
};
const scrolled = (e) => {
  const t = e.target === document ? null : e.target;
  if (performance.now() - scrolls > 700 && !(inMotion && t === scroller)) return;
  scrolls = performance.now();
  inMotion = true;
  if (t !== scroller) settleScroll();
  scroller = t;
  scrolledOn = true;
  if (scrollTimer) return;
  reportScroll(); // it may have the page ask for more at once
  scrollTimer = setTimeout(function again() { scrollTimer = 0; if (scrolledOn) { reportScroll(); scrollTimer = setTimeout(again, 100); } }, 100);
};
const settleScroll = () => { if (scrolledOn) reportScroll(); scroller = undefined; inMotion = false; };
const scrollEnds = (e) => { if (inMotion && (e.target === document ? null : e.target) === scroller) { inMotion = false; reportScroll(); } };

const hear = (on, type, f, untrusted) => on.addEventListener(type, (e) => {
  if (!e.isTrusted && !untrusted) return;
  const began = performance.now();
  try { f(e); } catch (wrong) { tell(JSON.stringify({ k: "wrong", t: now(), u: "", why: String(wrong && wrong.stack).slice(0, 400) })); }
  const took = performance.now() - began;
  cost.events++;
  cost.ms += took;
  const kind = (cost.kinds[type] ??= { n: 0, ms: 0, least: took });
  kind.n++;
  kind.ms += took;
  kind.least = Math.min(kind.least, took);
  if (took > cost.most) { cost.most = took; cost.by = type; }
}, { capture: true, passive: true });
const cost = { events: 0, ms: 0, most: 0, by: "", kinds: {} }; // of us, in what the page has to do
const all = [["pointerdown", down], ["pointerup", up], ["pointerover", over], ["click", click], ["dblclick", click], ["auxclick", click], ["contextmenu", click], ["keydown", key], ["input", typed], ["change", changed], ["dragstart", lift], ["drop", drop], ["wheel", wheel], ["touchmove", wheel], ["scroll", scrolled], ["scrollend", scrollEnds], ["pagehide", flush], ["blur", flush], ["click", lookForPicker], ["keyup", lookForPicker], ["change", lookForPicker]];
const listen = () => {
  bar.listen(); // first: what is done on the toolbar is not heard
  for (const [type, f] of all) hear(window, type, f);
  window.addEventListener("click", (e) => { if (!e.isTrusted) chooser(e); }, { capture: true, passive: true });
};
listen();
// Who goes back or forward, and how far: a person by the browser's own means, or a script (NavigateEvent.userInitiated). Of other origins nothing is told.
window.navigation?.addEventListener("navigate", (e) => {
  const to = e.destination.index, at = navigation.currentEntry?.index ?? -1;
  if (e.isTrusted && e.navigationType === "traverse") send({ k: "traverse", own: !e.userInitiated, by: to < 0 || at < 0 ? 0 : to - at }, e);
});
bar.hello();

return {
  bar,
  listen, // again: document.open() takes listeners away
  element: (n) => elements.get(n)?.deref() || null,
  file: (n, i) => elements.get(n)?.deref()?.files?.[i] || null,
  describe: (n) => { const e = elements.get(n)?.deref(); return e ? describe(e) : null; },
  describeElement: (e) => describe(e),
  open: (root) => { // a closed root that was found
    closed.set(root.host, root);
    roots.add(root);
    watchRoot(root);
    if (unread.delete(root.host)) { const e = inner(root.host, null); if (e !== root.host && editable(e)) send({ k: "input", el: describe(e), v: secret(e) ? "" : clip(e.value ?? e.innerText ?? "", mostText) }); }
  },
  again: () => { // what was pressed, seen anew
    if (!press) return null;
    press.el = meant(inner(press.el, { clientX: press.x, clientY: press.y }));
    const b = place(press.el, press.x, press.y);
    return { ...describe(press.el), ox: b.ox, oy: b.oy };
  },
  cost,
  downTo: (n, index) => { const t = elements.get(n)?.deref(); return t ? downTo(t, index) : -1; },
  chosen: (n) => elements.get(n)?.deref()?.selectedIndex ?? -1,
  picking: (n) => { const t = elements.get(n)?.deref(); return Boolean(t && isOpen(t)); },
  setByPicker: (n, value) => { const t = elements.get(n)?.deref(); return t ? setByPicker(t, value) : "it is gone"; },
  pointedAt: (x, y, n) => { const p = pointedAt(x, y); if (!p.frame) send({ k: "pointed", n, at: p.at }); return p; }, // what it is, is told: with the frame's place
  html: (limit) => htmlWithout(bar.host?.(), limit), // the document without the toolbar
  holds: (lists) => lists.map((list) => list.map(countOf)), // how many elements each selector finds; -1: it is not known
};
