// What the toolbar has one point at: an element to assert, two like items and the fields in one, a table. What is pointed at may lie in a frame,
// of another site too: then the choice is made by the script of that frame's document, and the page's toolbar shows how far it is.

let mode = "", pointer = null; // pointer: what is pointed at
let picks = [], guesses = [], guess = 0; // of a list
let columns = null; // null: the rows are still chosen
let table = null, preview = null, asked = 0, name = "rows";
let inner = null; // the frame that what is pointed at lies in
let away = null; // the view of the choice, where a frame's document makes it
const needs = {
  text: "Point at what must have its text", visible: "Point at what must be there to see", value: "Point at the field that must have its value",
  count: "Point at one of those that are counted", list: "Point at an item of the list", table: "Point at the table",
};
const kindsOfAssert = [["text", "Text", "it is there, with this text"], ["visible", "Visible", "it is there to see"], ["count", "Count", "there are as many of them"], ["value", "Value", "the field has this value"]];
const rowsNow = () => guesses[guess]?.list || [];
const begun = () => picks.length > 0; // a choice that others depend on

const menu = (open) => {
  if (mode) exit();
  panel.replaceChildren();
  if (open) {
    panel.append(h("div", { role: "menu", "aria-label": "Assert" }, ...kindsOfAssert.map(([id, label, why]) => h("button", { type: "button", role: "menuitem", tabindex: "-1", "data-id": "assert-" + id, run: () => enter(id) }, h("b", {}, label), h("span", {}, why)))));
    if (focused()) panel.querySelector("button").focus({ preventScroll: true });
  }
  render();
};
const forget = () => { pointer = null; inner = null; away = null; picks = []; guesses = []; guess = 0; columns = null; table = null; preview = null; name = "rows"; };
const enter = (kind, again) => {
  if (!again && mode === kind) { exit(); return; }
  const keys = focused();
  forget();
  mode = kind;
  if (!again) act("mode", { mode });
  layer.classList.add("picking");
  layer.classList.toggle("still", byKeys); // what is open under the pointer stays so
  show();
  if (keys || /^I?FRAME$/.test(document.activeElement?.tagName || "")) { if (!keys) before = document.activeElement; panel.focus({ preventScroll: true }); }
  render();
  if (!drawing) draw();
};
const exit = () => {
  if (!isTop) { quit(); act("finish"); return; }
  const was = mode, f = focused();
  forget();
  mode = "";
  if (f && panel.contains(f)) { if (byKeys) (used?.isConnected ? used : tools.querySelector("button")).focus({ preventScroll: true }); else leave(); }
  layer.classList.remove("picking", "still");
  panel.replaceChildren();
  boxes.replaceChildren();
  if (was) act("mode", { mode });
  render();
};

// What is pointed at has a box around it, and so has all that is selected.
const mostBoxes = 300;
let drawing = false;
const draw = () => {
  drawing = !!mode && (state.shown || !isTop);
  if (!drawing) return;
  const list = rowsNow().slice(0, mostBoxes).map((e) => [e, "row"]);
  if (columns) for (const c of columns) for (const r of rowsNow().slice(0, mostBoxes)) { const e = c.select ? c.find(r) : null; if (e) list.push([e, "field"]); }
  if (pointer && pointer.isConnected) list.push([pointer, "at"]);
  list.length = Math.min(list.length, 2 * mostBoxes);
  while (boxes.children.length > list.length) boxes.lastChild.remove();
  while (boxes.children.length < list.length) boxes.append(h("div"));
  list.forEach(([e, kind], i) => {
    const b = e.getBoundingClientRect(), s = boxes.children[i].style;
    boxes.children[i].className = kind;
    s.left = b.left + "px"; s.top = b.top + "px"; s.width = b.width + "px"; s.height = b.height + "px";
  });
  requestAnimationFrame(draw);
};
const tableOf = (e) => { for (let p = e; p; p = around(p)) if (p.localName === "table") return p; return null; };
const aim = (e) => {
  if (!e || e === host) return null;
  if (isFrame(e) && !begun()) return e;
  if (mode === "table") return tableOf(e);
  if (columns) return rowsNow().some((r) => holds(r, e)) ? e : null;
  return e;
};
// What lies at a place. In a frame, its document says that; locked: another document's choice has begun.
const point = (x, y, more = {}) => {
  const e = topmost(x, y, host), deeper = e && isFrame(e) && !begun();
  if (deeper) {
    inner = e;
    pointer = null;
    into(e, { ...more, ...inFrame(e, x, y) });
    return;
  }
  if (more.locked) return;
  if (inner) { inner = null; act("out"); }
  if (more.wheel) { scrollUnder(e, more.wheel); return; }
  pointer = aim(e);
  if (more.choose) choose();
};
const into = (e, more) => act("into", { ref: number(e), place: { ...more, mode } });
let next = null; // where the pointer is: told once a frame
const hover = (x, y) => {
  if (!next) requestAnimationFrame(() => { const [a, b] = next; next = null; if (mode) point(a, b, { locked: away?.begun }); });
  next = [x, y];
};

// By keys: on and back through what can be seen, out to what holds it and in again.
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
const worth = (e) => seen(e) && (e.matches("a[href], button, input, select, textarea, img, video, iframe, frame, [role]") || [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
const stops = () => {
  if (mode === "table") return deepOf(document, "table, iframe, frame").filter((e) => seen(e) && (!begun() || !isFrame(e)));
  const within = columns ? rowsNow()[0] : document.body;
  return [...(columns ? [within] : []), ...deepOf(within, "*")].slice(0, mostRows).filter((e) => worth(e) || e === pointer);
};
const walk = (key) => {
  if (away) { act("key", { key }); return key === "Enter" || !!steps[key]; }
  const frame = pointer && isFrame(pointer) && !begun() && (key === "Enter" || key === "ArrowDown");
  if (frame) { inner = pointer; into(inner, { key }); if (isTop) away = view(); return true; } // the keys that come next are the frame's
  if (key === "Enter") { choose(); return true; }
  let next = null;
  if (key === "ArrowRight" || key === "ArrowLeft") {
    const list = stops(), i = list.indexOf(pointer);
    next = list[i < 0 ? (key === "ArrowRight" ? 0 : list.length - 1) : i + steps[key]];
  } else if (key === "ArrowUp") next = pointer && around(pointer);
  else if (key === "ArrowDown") next = pointer && [...(shadowOf(pointer)?.children || []), ...pointer.children].find(seen);
  else return false;
  if (key === "ArrowUp" && !isTop && !begun() && (!next || next === document.body)) { quit(); act("out"); return true; }
  next = aim(next);
  if (next && next !== document.documentElement && next !== document.body) { pointer = next; next.scrollIntoView({ block: "nearest" }); }
  return true;
};

const choose = () => {
  const e = pointer;
  if (!e) { say(columns ? "That is in none of the rows." : mode === "table" ? "That is no table." : "There is nothing there."); return; }
  say("");
  if (/^(list|table)$/.test(mode) && inClosed(e)) { say("That is in a closed shadow root: what is in one can be asserted, and not taken."); return; }
  if (mode === "table") { took(e); return; }
  if (mode === "list" && columns) { add(e); return; }
  if (mode === "list" || mode === "count") { pick(e); return; }
  act("assert", { kind: mode, at: assertable(e) });
  exit();
};

// Rows.
const pick = (e) => {
  picks = [...picks, e].slice(-2);
  guess = 0;
  if (picks.length === 2) {
    guesses = rowsOf(picks[0], picks[1], testIds);
    if (!guesses.length) { picks = []; say("These two are not alike. Point at two items of the same list, at the same place in each."); }
  } else guesses = likeOne(e, testIds);
  changed();
};

// Fields.
const nameFor = (c) => freeName(fieldName(c.element, c.row, c.attribute), columns.filter((o) => o !== c).map((o) => o.name));
const add = (e) => {
  const field = fieldIn(rowsNow(), e);
  if (!field) { say("That is in none of the rows."); return; }
  const takes = takesOf(e), free = takes.find((t) => !columns.some((c) => c.select === field.css && c.attribute === t));
  if (free === undefined) { say("All of that is taken already."); return; }
  columns.push({ select: field.css, find: field.find, attribute: free, takes, element: e, row: field.row, own: false, name: "" });
  columns.at(-1).name = nameFor(columns.at(-1));
  look();
};
const took = (e) => {
  const best = cssOf(e.getRootNode(), e, testIds);
  if (!best || hostsOf(e).includes("")) { say("That table cannot be named by a selector."); return; }
  table = e;
  picks = [e];
  guesses = [{ css: best[0], list: [e] }];
  look();
};
// The rows as an extract step finds them, which sees open shadow roots in the place of their hosts' own content.
const whole = () => [...hostsOf(rowsNow()[0]), guesses[guess].css];
const wanted = () => (table ? { table: whole().join(" ") } : { rows: whole().join(" "), columns: columns.map((c) => ({ name: c.name, select: c.select, attribute: c.attribute })) });
const look = () => { // the rows as they will be, by the code that makes them
  changed();
  if (table || columns.length) act("preview", { n: ++asked, ...wanted() });
  else preview = null;
};
const previewed = (p) => { if (p.n === asked && mode) { preview = p; changed(); } };
let editing = 0;
const edited = (input) => { if (input?.tagName === "INPUT") command(input.dataset.id, input.value); };
const rename = (c, to) => {
  c.name = to;
  c.own = true;
  clearTimeout(editing);
  editing = setTimeout(() => { if (columns) act("preview", { n: ++asked, ...wanted() }); }, 250);
};
const done = () => {
  const names = columns ? columns.map((c) => c.name.trim()) : [];
  if (names.includes("") || new Set(names).size < names.length) { say("Each field needs a name of its own."); return; }
  act("extract", { name, parts: whole(), ...wanted() });
  exit();
};
const counted = () => {
  const list = rowsNow().filter(seen);
  act("assert", { kind: "count", parts: whole(), count: list.length, at: { hover: hoverOf(list[0]) } });
  exit();
};
const take = (c) => { c.attribute = c.takes[(c.takes.indexOf(c.attribute) + 1) % c.takes.length]; if (!c.own) c.name = nameFor(c); };

// What the panel asks for, by the name of its control.
const command = (id, value) => {
  if (away) { act("do", { id, value }); return; }
  const [, kind, n] = /^([a-z]+)(\d*)$/.exec(id) || [], c = n && columns ? columns[Number(n)] : null;
  switch (kind) {
    case "other": guess = (guess + 1) % guesses.length; changed(); break;
    case "back": columns = null; preview = null; changed(); break;
    case "ok": if (columns || table) done(); else if (mode === "count") counted(); else { columns = []; pointer = null; changed(); } break;
    case "name": name = value; break;
    case "column": if (c) rename(c, value); break;
    case "take": if (c) { take(c); look(); } break;
    case "drop": if (c) { columns.splice(Number(n), 1); look(); } break;
  }
};
// How far the choice is: all that the panel shows.
const view = () => {
  const list = mode === "count" ? rowsNow().filter(seen) : rowsNow();
  return {
    begun: begun(), picks: picks.length, count: list.length, css: guesses[guess] ? whole().join(" ") : "", guess, guesses: guesses.length, table: !!table, name, preview,
    columns: columns && columns.map((c) => ({ name: c.name, takes: c.takes.length, take: c.attribute || "text", select: c.select })),
  };
};
const changed = () => { if (isTop) show(); else act("view", { view: view() }); };

// The panel. What has the keyboard in it keeps it.
const show = () => {
  const v = away || view();
  panel.setAttribute("aria-label", v.columns ? "The fields of each row" : v.table ? "The table" : needs[mode] || "");
  const f = focused(), key = f && panel.contains(f) ? f.dataset.id || (f === panel ? "" : null) : undefined, typed = f && f.tagName === "INPUT" ? [f.value, f.selectionStart] : null;
  panel.replaceChildren(...(v.columns ? fields(v) : v.table ? [previewOf(v), footer(v, true)] : rows(v)).filter(Boolean));
  if (key === undefined) return;
  const again = key && panel.querySelector(`[data-id="${key}"]`) || panel;
  if (typed && again !== panel) again.value = typed[0]; // it may be further than what was told of it
  again.focus({ preventScroll: true });
  if (typed && again !== panel) again.setSelectionRange(typed[1], typed[1]);
};
const say2 = (...list) => h("p", { class: "hint" }, ...list);
const cancel = () => text("Cancel", exit, { "data-id": "cancel" });
const control = (id, label, more) => text(label, () => command(id), { "data-id": id, ...more });
const main = { class: "text main" };
const rows = (v) => {
  if (!v.count) return [say2(v.picks && mode !== "table" ? "Point at a second one like it." : needs[mode] + ". By keys: arrows, Enter."), h("div", { class: "row end" }, cancel())];
  return [
    say2(h("b", {}, `${v.count} like this`), v.picks < 2 ? ". If that is not all, point at a second one." : ".", h("code", {}, v.css)),
    h("div", { class: "row end" }, v.guesses > 1 && control("other", `Other rows (${v.guess + 1} of ${v.guesses})`), cancel(), control("ok", mode === "count" ? `Assert ${v.count}` : "Next: its fields", main)),
  ];
};
const fields = (v) => [
  say2(v.columns.length ? "Point at further fields, or once more at one for its link or other attributes." : "Point at a field in one of the items."),
  h("div", { class: "columns" }, ...v.columns.map((c, i) => h("div", { class: "row" },
    named(h("input", { "data-id": "column" + i, "aria-label": "Name of the field", spellcheck: "false", autocomplete: "off", tabindex: "-1" }), c.name),
    c.takes > 1 ? control("take" + i, c.take, { "aria-label": `takes ${c.take}, change` }) : h("span", { class: "take" }, c.take),
    h("code", {}, c.select || "the item"),
    button("drop" + i, "Leave it out", "close", () => command("drop" + i))))),
  previewOf(v), footer(v, v.columns.length > 0),
];
const named = (input, value) => { input.value = value; return input; };
const cut = (v) => { const t = v === null || v === undefined ? "" : typeof v === "string" ? v : JSON.stringify(v); return t.length > 60 ? t.slice(0, 59) + "…" : t; };
const previewOf = ({ preview, columns, count }) => {
  if (!preview) return null;
  if (preview.error) return say2("No rows: " + preview.error);
  return h("div", { class: "preview" }, h("table", {}, h("caption", {}, `${preview.count} ${preview.count === 1 ? "row" : "rows"}` + (columns && preview.count !== count ? `, though ${count} are marked` : "")),
    h("thead", {}, h("tr", {}, ...preview.columns.map((c) => h("th", { scope: "col" }, cut(c))))), h("tbody", {}, ...preview.rows.map((r) => h("tr", {}, ...r.map((v) => h("td", { class: v === null ? "none" : null }, cut(v))))))));
};
const footer = (v, ready) => h("div", { class: "row end" },
  ready && h("label", {}, "Name ", named(h("input", { "data-id": "name", spellcheck: "false", autocomplete: "off", size: "8", tabindex: "-1" }), v.name)),
  v.columns && control("back", "Back"), cancel(),
  ready && v.preview && !v.preview.error && control("ok", "Take it", main));

// In a frame: the boxes alone.
const stand = () => {
  if (gone()) host = null;
  if (!host) build();
  if (!host.isConnected) document.documentElement.append(host);
  if (!layer.matches(":popover-open")) layer.showPopover();
};
const quit = () => { forget(); mode = ""; boxes?.replaceChildren(); if (!isTop) host?.remove(); };

return {
  listen, focus, previewed,
  said: (t) => { if (host && isTop) say(t); },
  // The page's toolbar has come to this frame.
  into: (o) => {
    if (document.documentElement?.namespaceURI !== "http://www.w3.org/1999/xhtml") return;
    if (mode !== o.mode) { quit(); mode = o.mode; changed(); }
    stand();
    if (o.key) walk("ArrowRight"); else point(o.x, o.y, o);
    if (!drawing) draw();
  },
  quit,
  walk,
  pointing: () => !!mode,
  command: (id, value) => { if (mode) command(id, value); },
  // The choice is made in a frame, and this is how far it is; or it is made here again.
  view: (v) => { if (isTop && mode) { away = v; pointer = null; show(); } },
  regain: (by) => { if (!mode) return; away = null; if (by === "key") { pointer = inner; inner = null; } if (isTop) show(); else changed(); },
  finish: () => { if (mode) exit(); },
  state: (s) => {
    if (!isTop) return;
    const was = state;
    state = was.shown ? { ...s, x: was.x, edge: was.edge } : s; // where it stands, and its mode, are the page's own once it is shown
    if (!s.shown && mode) exit();
    if (s.shown !== was.shown || s.shown && (!host?.isConnected || gone())) place(); else render();
    if (s.shown && !was.shown && s.mode) withBody(() => enter(s.mode, true));
  },
  host: () => host,
  root: () => root,
  pointer: () => pointer,
  hello: () => { if (isTop) withBody(() => act("hello")); },
};
