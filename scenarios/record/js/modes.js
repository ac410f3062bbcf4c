// What the toolbar has one point at: an element to assert, two like items and the fields in one, a table.

let mode = "", pointer = null; // pointer: what is pointed at
let picks = [], guesses = [], guess = 0; // of a list
let columns = null; // null: the rows are still chosen
let table = null, preview = null, asked = 0, name = "rows";
const needs = {
  text: "Point at what must have its text", visible: "Point at what must be there to see", value: "Point at the field that must have its value",
  count: "Point at one of those that are counted", list: "Point at an item of the list", table: "Point at the table",
};
const kindsOfAssert = [["text", "Text", "it is there, with this text"], ["visible", "Visible", "it is there to see"], ["count", "Count", "there are as many of them"], ["value", "Value", "the field has this value"]];
const rowsNow = () => guesses[guess]?.list || [];

const menu = (open) => {
  if (mode) exit();
  panel.replaceChildren();
  if (open) {
    panel.append(h("div", { role: "menu", "aria-label": "Assert" }, ...kindsOfAssert.map(([id, label, why]) => h("button", { type: "button", role: "menuitem", tabindex: "-1", "data-id": "assert-" + id, run: () => enter(id) }, h("b", {}, label), h("span", {}, why)))));
    if (focused()) panel.querySelector("button").focus({ preventScroll: true });
  }
  render();
};
const forget = () => { pointer = null; picks = []; guesses = []; guess = 0; columns = null; table = null; preview = null; name = "rows"; };
const enter = (kind, again) => {
  if (!again && mode === kind) { exit(); return; }
  const keys = focused();
  forget();
  mode = kind;
  if (!again) act("mode", { mode });
  layer.classList.add("picking");
  show();
  if (keys || /^I?FRAME$/.test(document.activeElement?.tagName || "")) { if (!keys) before = document.activeElement; panel.focus({ preventScroll: true }); }
  render();
  if (!drawing) draw();
};
const exit = () => {
  const was = mode, f = focused();
  forget();
  mode = "";
  if (f && panel.contains(f)) { if (byKeys) (used?.isConnected ? used : tools.querySelector("button")).focus({ preventScroll: true }); else leave(); }
  layer.classList.remove("picking");
  panel.replaceChildren();
  boxes.replaceChildren();
  if (was) act("mode", { mode });
  render();
};

// What is pointed at has a box around it, and so has all that is selected.
const mostBoxes = 300;
let drawing = false;
const draw = () => {
  drawing = !!mode && state.shown;
  if (!drawing) return;
  const list = rowsNow().slice(0, mostBoxes).map((e) => [e, "row"]);
  if (columns) for (const c of columns) for (const r of rowsNow().slice(0, mostBoxes)) { const e = c.select ? allOf(r, c.select)[0] : null; if (e) list.push([e, "field"]); }
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
const aim = (e) => {
  if (!e || e === host) return null;
  if (mode === "table") return e.closest("table");
  if (columns) return rowsNow().some((r) => r.contains(e)) ? e : null;
  return e;
};
const hover = (x, y) => { pointer = aim(topmost(x, y, host)); };

// By keys: on and back through what can be seen, out to what holds it and in again.
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
const worth = (e) => seen(e) && (e.matches("a[href], button, input, select, textarea, img, video, [role]") || [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
const stops = () => {
  if (mode === "table") return allOf(document, "table").filter(seen);
  const within = columns ? rowsNow()[0] : document.body;
  return [...(columns ? [within] : []), ...allOf(within, "*")].slice(0, mostRows).filter((e) => worth(e) || e === pointer);
};
const walk = (key) => {
  if (key === "Enter") { choose(); return true; }
  let next = null;
  if (key === "ArrowRight" || key === "ArrowLeft") {
    const list = stops(), i = list.indexOf(pointer);
    next = list[i < 0 ? (key === "ArrowRight" ? 0 : list.length - 1) : i + steps[key]];
  } else if (key === "ArrowUp") next = pointer && around(pointer);
  else if (key === "ArrowDown") next = pointer && [...pointer.children].find(seen);
  else return false;
  next = aim(next);
  if (next && next !== document.documentElement && next !== document.body) { pointer = next; next.scrollIntoView({ block: "nearest" }); }
  return true;
};

const choose = () => {
  const e = pointer;
  if (!e) { say(columns ? "That is in none of the rows." : mode === "table" ? "That is no table." : "There is nothing there."); return; }
  if (/^I?FRAME$/.test(e.tagName)) { say("That is in a frame: what is in one cannot be pointed at."); return; }
  say("");
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
  show();
};
const other = () => { guess = (guess + 1) % guesses.length; show(); };

// Fields.
const nameFor = (c) => freeName(fieldName(c.element, c.row, c.attribute), columns.filter((o) => o !== c).map((o) => o.name));
const add = (e) => {
  const field = fieldIn(rowsNow(), e);
  if (!field) { say("That is in none of the rows."); return; }
  const takes = takesOf(e), free = takes.find((t) => !columns.some((c) => c.select === field.css && c.attribute === t));
  if (free === undefined) { say("All of that is taken already."); return; }
  columns.push({ select: field.css, attribute: free, takes, element: e, row: field.row, own: false, name: "" });
  columns.at(-1).name = nameFor(columns.at(-1));
  look();
};
const took = (e) => {
  const best = cssOf(document, e, testIds);
  if (!best || e.getRootNode() !== document) { say("That table cannot be named by a selector."); return; }
  table = { css: best[0], element: e };
  picks = [e];
  guesses = [{ css: best[0], list: [e] }];
  look();
};
const wanted = () => (table ? { table: table.css } : { rows: guesses[guess].css, columns: columns.map((c) => ({ name: c.name, select: c.select, attribute: c.attribute })) });
const look = () => { // the rows as they will be, by the code that makes them
  show();
  if (table || columns.length) act("preview", { n: ++asked, ...wanted() });
  else preview = null;
};
const previewed = (p) => { if (p.n === asked && mode) { preview = p; show(); } };
let editing = 0;
const edited = (input) => {
  if (!input || input.tagName !== "INPUT") return;
  if (input.dataset.id === "name") { name = input.value; return; }
  const c = columns?.[Number(input.dataset.column)];
  if (!c) return;
  c.name = input.value;
  c.own = true;
  clearTimeout(editing);
  editing = setTimeout(() => { if (columns) act("preview", { n: ++asked, ...wanted() }); }, 250);
};
const done = () => {
  const names = columns ? columns.map((c) => c.name.trim()) : [];
  if (names.includes("") || new Set(names).size < names.length) { say("Each field needs a name of its own."); return; }
  act("extract", { name, parts: [...hostsOf(rowsNow()[0]), guesses[guess].css], ...wanted() });
  exit();
};

// The panel. What has the keyboard in it keeps it.
const show = () => {
  panel.setAttribute("aria-label", columns ? "The fields of each row" : table ? "The table" : needs[mode] || "");
  const f = focused(), key = f && panel.contains(f) ? f.dataset.id || (f === panel ? "" : null) : undefined, at = f && f.tagName === "INPUT" ? f.selectionStart : 0;
  panel.replaceChildren(...(columns ? fields() : table ? [previewOf(), footer(true)] : rows()));
  if (key === undefined) return;
  const again = key && panel.querySelector(`[data-id="${key}"]`) || panel;
  again.focus({ preventScroll: true });
  if (again.tagName === "INPUT") again.setSelectionRange(at, at);
};
const say2 = (...list) => h("p", { class: "hint" }, ...list);
const cancel = () => text("Cancel", exit, { "data-id": "cancel" });
const rows = () => {
  const list = mode === "count" ? rowsNow().filter(seen) : rowsNow(), n = list.length;
  if (!n) return [say2(picks.length && mode !== "table" ? "Point at a second one like it." : needs[mode] + ". By keys: arrows, Enter."), h("div", { class: "row end" }, cancel())];
  return [
    say2(h("b", {}, `${n} like this`), picks.length < 2 ? ". If that is not all, point at a second one." : ".", h("code", {}, guesses[guess].css)),
    h("div", { class: "row end" }, guesses.length > 1 && text(`Other rows (${guess + 1} of ${guesses.length})`, other, { "data-id": "other" }), cancel(),
      mode === "count" ? text(`Assert ${n}`, () => { act("assert", { kind: "count", parts: [...hostsOf(list[0]), guesses[guess].css], count: n }); exit(); }, { "data-id": "ok", class: "text main" }) : text("Next: its fields", () => { columns = []; pointer = null; show(); }, { "data-id": "ok", class: "text main" })),
  ];
};
const fields = () => [
  say2(columns.length ? "Point at further fields, or once more at one for its link or other attributes." : "Point at a field in one of the items."),
  h("div", { class: "columns" }, ...columns.map((c, i) => h("div", { class: "row" },
    named(h("input", { "data-id": "column" + i, "data-column": i, "aria-label": "Name of the field", spellcheck: "false", autocomplete: "off", tabindex: "-1" }), c.name),
    c.takes.length > 1 ? text(c.attribute || "text", () => { c.attribute = c.takes[(c.takes.indexOf(c.attribute) + 1) % c.takes.length]; if (!c.own) c.name = nameFor(c); look(); }, { "data-id": "take" + i, "aria-label": `takes ${c.attribute || "text"}, change` }) : h("span", { class: "take" }, c.attribute || "text"),
    h("code", {}, c.select || "the item"),
    button("drop" + i, "Leave it out", "close", () => { columns.splice(i, 1); look(); })))),
  previewOf(), footer(columns.length > 0),
];
const named = (input, value) => { input.value = value; return input; };
const cut = (v) => { const t = v === null || v === undefined ? "" : typeof v === "string" ? v : JSON.stringify(v); return t.length > 60 ? t.slice(0, 59) + "…" : t; };
const previewOf = () => {
  if (!preview) return null;
  if (preview.error) return say2("No rows: " + preview.error);
  const shown = rowsNow().length;
  return h("div", { class: "preview" }, h("table", {}, h("caption", {}, `${preview.count} ${preview.count === 1 ? "row" : "rows"}` + (columns && preview.count !== shown ? `, though ${shown} are marked` : "")),
    h("thead", {}, h("tr", {}, ...preview.columns.map((c) => h("th", { scope: "col" }, cut(c))))), h("tbody", {}, ...preview.rows.map((r) => h("tr", {}, ...r.map((v) => h("td", { class: v === null ? "none" : null }, cut(v))))))));
};
const footer = (ready) => h("div", { class: "row end" },
  ready && h("label", {}, "Name ", named(h("input", { "data-id": "name", spellcheck: "false", autocomplete: "off", size: "8", tabindex: "-1" }), name)),
  columns && text("Back", () => { columns = null; preview = null; show(); }, { "data-id": "back" }), cancel(),
  ready && preview && !preview.error && text("Take it", done, { "data-id": "ok", class: "text main" }));

return {
  listen, focus, previewed,
  said: (t) => { if (host) say(t); },
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
