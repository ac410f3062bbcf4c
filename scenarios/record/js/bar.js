// The toolbar: one element beside the body, whose closed shadow root holds all of it, in the browser's top layer. What is done on it reaches
// neither the site's handlers nor ours, which listen behind guard. With modes.js it is one function, and runs before hear.js.

const isTop = window === window.top;
const act = (what, more) => tell(JSON.stringify({ k: "bar", title: document.title, bar: { do: what, ...more } }));
let host = null, root = null, layer = null, dock = null, tools = null, panel = null, word = null, shield = null, boxes = null;
let state = { shown: false };
const actions = new WeakMap();

const h = (name, props, ...kids) => {
  const e = document.createElementNS("http://www.w3.org/1999/xhtml", name);
  for (const [k, v] of Object.entries(props || {})) {
    if (k === "run") actions.set(e, v);
    else if (v !== null && v !== undefined && v !== false) e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...kids.filter((k) => k || k === 0).map((k) => (typeof k === "number" ? String(k) : k)));
  return e;
};
const icons = {
  grip: "M6 3v.01M10 3v.01M6 8v.01M10 8v.01M6 13v.01M10 13v.01", pause: "M5.5 3v10M10.5 3v10", go: "M5 3l8 5-8 5z", undo: "M6 3L3 6l3 3M3 6h6a4 4 0 010 8H6",
  assert: "M2.5 8.5l3.5 3.5 7.5-8", list: "M6 4h8M6 8h8M6 12h8M2.5 4v.01M2.5 8v.01M2.5 12v.01", table: "M2 3h12v10H2zM2 6.5h12M2 10h12M6.5 3v10", film: "M2 3.5h12v9H2zM6.7 6v4l3.3-2z", stop: "M4 4h8v8H4z", close: "M4 4l8 8M12 4l-8 8",
};
const icon = (name) => {
  const s = document.createElementNS("http://www.w3.org/2000/svg", "svg"), p = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [k, v] of [["viewBox", "0 0 16 16"], ["aria-hidden", "true"]]) s.setAttribute(k, v);
  p.setAttribute("d", icons[name]);
  s.append(p);
  return s;
};
const button = (id, label, sign, run, more) => h("button", { type: "button", tabindex: "-1", "data-id": id, "aria-label": label, title: label, run, ...more }, sign && icon(sign), h("span", { class: "label" }, label));
const text = (label, run, more) => h("button", { type: "button", tabindex: "-1", class: "text", run, ...more }, label);

const build = () => {
  host = document.createElementNS("http://www.w3.org/1999/xhtml", "x-" + Array.from(crypto.getRandomValues(new Uint8Array(10)), (b) => String.fromCharCode(97 + (b % 26))).join(""));
  root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet(); // a style element is what a page's Content-Security-Policy may refuse
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
    tools = h("div", { role: "toolbar", class: "tools", "aria-label": "Recording", "aria-orientation": "horizontal" },
    button("move", "Move to the top", "grip", turn, { class: "grip" }),
    h("span", { class: "lamp", "aria-hidden": "true" }), h("span", { class: "last" }),
    !state.bare && button("pause", "Pause", "pause", () => act("pause", { yes: !state.paused })),
    !state.bare && button("undo", "Undo the last step", "undo", () => act("undo")),
    h("span", { class: "gap" }),
    button("assert", "Assert", "assert", () => menu(!panel.querySelector("[role=menu]")), { "aria-haspopup": "menu", "aria-expanded": "false" }),
    button("list", "Extract a list", "list", () => enter("list")), button("table", "Take a table", "table", () => enter("table")), button("film", "Grab the film", "film", film),
    !state.bare && h("span", { class: "gap" }), !state.bare && button("stop", "Stop", "stop", () => act("stop")));
  word = h("div", { class: "word", role: "status" });
  panel = h("div", { class: "panel", role: "group", tabindex: "-1", "aria-label": "What to take" });
  dock = h("div", { class: "dock" }, panel, word, tools);
  shield = h("div", { class: "shield" });
  boxes = h("div", { class: "boxes", "aria-hidden": "true" });
  layer = h("div", { class: "layer", popover: "manual" }, boxes, isTop && shield, isTop && dock);
  root.append(layer);
  sizes.observe(layer);
};

// It stays where it is seen: behind the body, or in the dialog that all else is inert beside, or in the popover that closes when something else is
// pressed; above what else comes to the top layer.
let wait = 50, waiting = 0, lost = -1e9;
const sizes = new ResizeObserver(() => { if (state.shown && !(host.isConnected && layer.getClientRects().length)) later(); });
const later = () => { // a page that takes out what it does not know is not fought
  if (performance.now() - lost > 10000) wait = 50;
  lost = performance.now();
  waiting ||= setTimeout(() => { waiting = 0; place(); }, wait);
  wait = Math.min(wait * 2, 5000);
};
const modal = () => {
  for (let e = document.activeElement; e; e = shadowOf(e)?.activeElement) { const d = e !== host && e.closest("dialog:modal"); if (d) return d; }
  return [...document.querySelectorAll("dialog:modal")].pop() || null;
};
const open = () => [...document.querySelectorAll("[popover]:popover-open")].filter((p) => p.popover !== "manual").pop() || null; // a press beside it closes it
const withBody = (f) => {
  if (document.body) { f(); return; }
  new MutationObserver((_, o) => { if (document.body) { o.disconnect(); f(); } }).observe(document, { childList: true, subtree: true });
};
const place = (raise) => withBody(() => {
  if (document.documentElement.namespaceURI !== "http://www.w3.org/1999/xhtml") return;
  if (!state.shown) { host?.remove(); return; }
  if (gone()) { mode = ""; forget(); host = null; }
  if (!host) build();
  const parent = modal() || open() || document.documentElement, had = root.activeElement;
  if (host.parentNode !== parent) { parent.append(host); setTimeout(() => { if (state.shown && !host.isConnected) later(); }); }
  if (raise && layer.matches(":popover-open")) layer.hidePopover();
  if (!layer.matches(":popover-open")) { layer.showPopover(); if (had && had.isConnected) had.focus({ preventScroll: true }); }
  render();
});
const gone = () => host && host.ownerDocument !== document; // a popup's first document hands its world, with all of us, on to the next one
const anew = (e) => { if (e.target === document && state.shown && gone()) place(); };
const above = (e) => { if (state.shown && e.target !== host && (e.type !== "toggle" || e.target.matches?.("dialog, [popover]"))) place(true); };

const film = () => { if (state.film) act("grab"); else say("No film has played in this tab yet: start it, then take it."); };
let silence = 0;
const say = (t) => {
  if (!isTop) { act("word", { text: t }); return; }
  word.textContent = t;
  clearTimeout(silence);
  if (t) silence = setTimeout(() => { word.textContent = ""; }, 8000);
};

const spot = () => {
  dock.style.left = `calc(12px + (100% - 24px) * ${state.x})`;
  dock.style.transform = `translateX(${-100 * state.x}%)`;
  dock.classList.toggle("above", state.edge === "top");
  const grip = tools.querySelector(".grip");
  grip.title = state.edge === "top" ? "Move to the bottom" : "Move to the top";
  grip.setAttribute("aria-label", grip.title);
};
const render = () => {
  if (!host) return;
  spot();
  const set = (id, f) => { const b = tools.querySelector(`[data-id=${id}]`); if (b) f(b); };
  tools.classList.toggle("paused", !!state.paused);
  tools.querySelector(".last").textContent = state.paused ? "Paused" : state.count ? `${state.count} · ${state.last}` : "Recording";
  tools.querySelector(".last").title = state.last || "";
  set("pause", (b) => { b.setAttribute("aria-label", state.paused ? "Go on" : "Pause"); b.title = b.getAttribute("aria-label"); b.setAttribute("aria-pressed", String(!!state.paused)); b.replaceChild(icon(state.paused ? "go" : "pause"), b.firstChild); });
  set("undo", (b) => b.setAttribute("aria-disabled", String(!state.undo)));
  set("film", (b) => b.setAttribute("aria-disabled", String(!state.film)));
  for (const id of ["list", "table"]) set(id, (b) => b.setAttribute("aria-pressed", String(mode === id)));
  set("assert", (b) => { b.setAttribute("aria-expanded", String(!!panel.querySelector("[role=menu]"))); b.classList.toggle("on", /^(text|visible|count|value)$/.test(mode)); });
};

// Along the edges, by the grip: dragged, or from one to the other with a click.
let drag = null;
const turn = () => { state.edge = state.edge === "top" ? "bottom" : "top"; spot(); act("move", { edge: state.edge, x: state.x }); };
const dragging = (e) => {
  if (e.type === "pointerdown" && !e.button && at(e)?.closest(".grip")) { drag = { x: e.clientX, y: e.clientY, from: dock.getBoundingClientRect(), far: false }; at(e).closest(".grip").setPointerCapture(e.pointerId); return true; }
  if (!drag) return false;
  if (e.type === "pointermove") {
    drag.far ||= Math.hypot(e.clientX - drag.x, e.clientY - drag.y) > 5;
    if (drag.far) {
      const room = innerWidth - 24 - drag.from.width;
      state.x = room > 0 ? Math.min(1, Math.max(0, (drag.from.left + e.clientX - drag.x - 12) / room)) : 0.5;
      state.edge = e.clientY < innerHeight / 2 ? "top" : "bottom";
      spot();
    }
  } else if (/^pointer(up|cancel)$/.test(e.type)) { if (drag.far) { act("move", { edge: state.edge, x: state.x }); dragged = performance.now(); } drag = null; }
  return true;
};
let dragged = -1e9;

// The keyboard comes by a shortcut and goes back to where it was. Nothing here is in the page's own order of Tab.
let before = null, used = null, byKeys = false;
const at = (e) => root.elementFromPoint(e.clientX, e.clientY);
const focused = () => root?.activeElement || null;
const focus = () => {
  if (!state.shown) return;
  place(true);
  if (!focused()) before = document.activeElement;
  (used?.isConnected ? used : tools.querySelector("[data-id=pause], [data-id=assert]")).focus({ preventScroll: true });
};
const leave = () => {
  if (!focused()) return;
  if (before && before !== document.body && before.isConnected) before.focus({ preventScroll: true });
  if (focused()) focused().blur();
};
const shortcut = (e) => e.isTrusted && e.type === "keydown" && e.code === "KeyS" && e.altKey && e.shiftKey && !e.ctrlKey && !e.metaKey;
const along = (list, by) => {
  const i = list.indexOf(focused());
  if (!focused()) before = document.activeElement;
  list[i < 0 ? (by > 0 ? 0 : list.length - 1) : (i + by + list.length) % list.length]?.focus({ preventScroll: true });
};
const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 };
const inTools = (e, f) => {
  const list = [...tools.querySelectorAll("button")];
  if (e.key === "ArrowDown" && f.dataset.id === "assert") { menu(true); return true; }
  if (e.key === "Home" || e.key === "End") list[e.key === "Home" ? 0 : list.length - 1].focus({ preventScroll: true });
  else if (/^Arrow(Left|Right)$/.test(e.key)) along(list, steps[e.key]);
  else return false;
  used = focused();
  return true;
};
const zones = () => [...(panel.firstChild ? [panel, ...panel.querySelectorAll("button, input")] : []), used?.isConnected ? used : tools.querySelector("button")];
const keyed = (e) => {
  const f = focused();
  const input = f && f.tagName === "INPUT";
  if (e.key === "Tab") { e.preventDefault(); along(zones(), e.shiftKey ? -1 : 1); return; }
  if (e.key === "Escape") { e.preventDefault(); if (mode || panel.firstChild) exit(); else leave(); return; }
  if (input || f && f.tagName === "BUTTON" && /^(Enter| )$/.test(e.key)) return; // the browser's own
  const item = f && f.closest("[role=menu]");
  if (item && steps[e.key]) { e.preventDefault(); along([...item.children], steps[e.key]); return; }
  if (f && tools.contains(f) ? inTools(e, f) : mode && walk(e.key)) e.preventDefault();
  else if (mode && !e.ctrlKey && !e.metaKey) e.preventDefault();
};

const run = (t) => {
  const b = t && t.closest("button");
  if (!b || b.getAttribute("aria-disabled") === "true" && b.dataset.id !== "film" || performance.now() - dragged < 300 && b.matches(".grip")) return;
  if (tools.contains(b)) used = b;
  if (b.dataset.id !== "film") say("");
  actions.get(b)?.();
};
const handle = (e) => {
  if (/^pointer/.test(e.type) && dragging(e)) return;
  if (e.type === "keydown" || e.type === "pointerdown") byKeys = e.type === "keydown";
  switch (e.type) {
    case "mousedown": if (!at(e)?.closest("input")) e.preventDefault(); else if (!focused()) before = document.activeElement; break; // who points keeps the keyboard in the page
    case "pointermove": if (mode && at(e) === shield) hover(e.clientX, e.clientY); break;
    case "click": {
      const t = e.detail ? at(e) : focused();
      if (t === shield) point(e.clientX, e.clientY, { choose: true, locked: away?.begun }); else run(t);
      break;
    }
    case "contextmenu": case "dragstart": e.preventDefault(); break;
    case "keydown": keyed(e); break;
    case "input": edited(focused()); break;
  }
};
const types = ("pointerdown pointerup pointermove pointerover pointerout pointerenter pointerleave pointercancel gotpointercapture lostpointercapture mousedown mouseup mousemove mouseover mouseout mouseenter mouseleave click dblclick auxclick contextmenu wheel mousewheel " +
  "touchstart touchmove touchend touchcancel keydown keypress keyup focus blur focusin focusout DOMFocusIn DOMFocusOut DOMActivate beforeinput input change textInput select selectstart compositionstart compositionupdate compositionend copy cut paste beforecopy beforecut beforepaste dragstart drag dragenter dragover dragleave dragend drop").split(" ");
const focusing = /^(focus|blur|DOMFocus)/, keying = /^(key|beforeinput|textInput)/;
// Without the shield, what the pointer is on stays open while it is pointed at: the pointer's events end here, and go by no handler of the site's.
const pointing = /^(pointer(?!rawupdate)|mouse(?!wheel)|click|dblclick|auxclick|contextmenu|dragstart|selectstart)/;
let pressed = false; // here: what follows from it is ours, though the mode has ended
const stills = (e) => {
  if (!e.isTrusted || e.target === host || !pointing.test(e.type)) return false;
  const still = mode && layer.classList.contains("still");
  if (e.type === "pointerdown") pressed = still;
  if (e.type === "pointerup") setTimeout(() => { pressed = false; }); // the click comes at once
  return still || pressed && /^(pointerup|mouse(down|up)|click|auxclick|contextmenu)$/.test(e.type);
};
const stilled = (e) => {
  e.preventDefault();
  if (!mode) return;
  if (e.target.nodeType === 1 && isFrame(e.target)) layer.classList.remove("still"); // what is done in a frame comes by none of ours
  else if (e.type === "pointermove" || e.type === "pointerover") hover(e.clientX, e.clientY);
  else if (e.type === "pointerup" && !e.button) point(e.clientX, e.clientY, { choose: true, locked: away?.begun });
};
const struck = new Set(); // keys that were pressed here, and may be let go elsewhere
const guard = (e) => {
  if (shortcut(e) && (state.shown || !isTop)) {
    e.preventDefault();
    e.stopImmediatePropagation();
    struck.add(e.code);
    if (!isTop) act("focus"); else if (focused() && !mode) leave(); else focus();
    return;
  }
  if (e.type === "keyup" && struck.delete(e.code)) { e.stopImmediatePropagation(); return; }
  if (!host) return;
  const ours = e.target === host;
  if (stills(e)) { e.stopImmediatePropagation(); safely(stilled, e); return; }
  if (!ours && !(e.relatedTarget === host && focusing.test(e.type)) && !(mode && e.isTrusted && keying.test(e.type))) return;
  e.stopImmediatePropagation();
  if (!e.isTrusted) return; // a script's, which has found the element
  if (e.type === "keydown") struck.add(e.code);
  if (!ours && keying.test(e.type) && e.type !== "keydown") e.preventDefault();
  if (ours || e.type === "keydown") safely(handle, e);
};
const safely = (f, e) => { try { f(e); } catch (wrong) { tell(JSON.stringify({ k: "wrong", why: String(wrong && wrong.stack).slice(0, 400) })); } };
const scrollUnder = (e, by) => {
  for (let p = e; p; p = around(p)) {
    if (p !== document.body && p.scrollHeight > p.clientHeight && /auto|scroll/.test(getComputedStyle(p).overflowY)) { p.scrollBy(...by); return; }
  }
  scrollBy(...by);
};
const wheeled = (e) => { // over the shield, which keeps it: what is under it is scrolled
  if (mode && e.target === host && at(e) === shield) point(e.clientX, e.clientY, { wheel: [e.deltaX, e.deltaY] });
};
let told = false;
const played = (e) => { if (!told && /^(VIDEO|AUDIO)$/.test(e.target.tagName || "")) { told = true; act("playing"); } };
const listen = () => {
  window.addEventListener("wheel", wheeled, { capture: true, passive: true });
  for (const t of types) window.addEventListener(t, guard, { capture: true, passive: /^(wheel|mousewheel|touch)/.test(t) });
  window.addEventListener("playing", played, { capture: true, passive: true });
  if (!isTop) return;
  for (const t of ["DOMContentLoaded", "load"]) window.addEventListener(t, anew, { capture: true, passive: true });
  for (const t of ["toggle", "fullscreenchange"]) window.addEventListener(t, above, { capture: true, passive: true });
  if (state.shown) place();
};
