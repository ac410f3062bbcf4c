// What is like another element, and what selects all of that: the rows of a list, and the fields in them.

const lineOf = (e, n = 30) => { const out = []; for (let p = e; p && p.nodeType === 1 && out.length < n; p = p.parentElement) out.push(p); return out; };
const allOf = (root, css) => { try { return [...root.querySelectorAll(css)]; } catch { return []; } };
const sharedClasses = (a, b) => [...a.classList].filter((c) => b.classList.contains(c) && goodClass(c)).slice(0, 3);
const kindOf = (a, b) => pieces(a.localName) + (sharedClasses(a, b)[0] ? "." + pieces(sharedClasses(a, b)[0]) : ""); // what both are
const mostRows = 5000;

// Of two that were pointed at, the pairs of rows that they may be in, the likeliest first: as far out as each still holds one of the like alone,
// by its name, or by its place where it has none; and then further in.
const placeIn = (e, row) => { const out = []; for (let p = e; p && p !== row; p = p.parentElement) out.push([...p.parentElement.children].indexOf(p)); return out.join(); };
const outward = (e) => { const out = []; for (let p = e; p; p = p.getRootNode().host) out.push(p); return out; }; // it, and the hosts around it
const pairsOf = (one, two, testIds) => {
  const others = outward(two), same = (p) => others.find((q) => q.getRootNode() === p.getRootNode());
  const a = outward(one).find(same), b = a && same(a); // in the same root
  if (!a || a === b || a.contains(b) || b.contains(a)) return [];
  const up = lineOf(a), line = lineOf(b), common = up.find((p) => p.contains(b)); // none: the root itself holds both
  const below = (list) => (common ? list.slice(0, list.indexOf(common)) : list).reverse();
  const left = below(up), right = below(line);
  const inner = kindOf(a, b), out = [];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i], right[i]];
    if (x.localName !== y.localName) continue;
    const alone = x === a || y === b || a.localName !== b.localName || allOf(x, inner).length <= 1 && allOf(y, inner).length <= 1;
    if (!alone && (inner.includes(".") || placeIn(a, x) !== placeIn(b, y))) continue;
    const named = (e, o) => o && (sharedClasses(e, o).length || testIds.some((n) => e.hasAttribute(n)));
    const wrapper = x.children.length === 1 && x !== a && y !== b && !named(x, y) && named(left[i + 1], right[i + 1]); // a frame around the row
    if (!wrapper) out.push([x, y]);
  }
  return out;
};

// Where a list stands: the best name of an element around both, and the way down from it.
const wayDown = (from, x, y) => {
  const steps = [];
  for (let p = x, q = y; p && p !== from; p = p.parentElement, q = q && q !== from ? q.parentElement : null) steps.unshift(q && q !== from && p.localName === q.localName ? kindOf(p, q) : pieces(p.localName));
  return steps.join(" > ");
};
const nestless = (list) => { for (let i = 1; i < list.length; i++) if (list[i - 1].contains(list[i])) return false; return true; };

// All ways to select rows like these two, each with what it selects; the first is the likeliest.
const rowsLike = (x, y, testIds) => {
  const root = x.getRootNode(), out = [], seen = new Set();
  const add = (css) => {
    if (!css || css.length > 300) return;
    const list = allOf(root, css);
    if (list.length < 2 || list.length > mostRows || !list.includes(x) || !list.includes(y) || !nestless(list)) return;
    const key = list.length + " " + list.map(number).join();
    if (!seen.has(key)) { seen.add(key); out.push({ css, list }); }
  };
  for (const n of testIds) if (x.getAttribute(n) && x.getAttribute(n) === y.getAttribute(n)) add(`[${n}=${quoted(x.getAttribute(n))}]`);
  for (const n of ["itemtype", "role", "data-type", "data-role"]) {
    const v = x.getAttribute(n);
    if (v && v === y.getAttribute(n) && !/^(presentation|none|generic)$/.test(v)) add(`${pieces(x.localName)}[${n}=${quoted(v)}]`);
  }
  const shared = sharedClasses(x, y), tag = pieces(x.localName);
  if (shared.length) add(tag + shared.map((c) => "." + pieces(c)).join(""));
  for (const c of shared) add(tag + "." + pieces(c));
  const common = lineOf(x).find((p) => p.contains(y));
  for (let p = common, n = 0; p && n < 8; p = p.parentElement, n++) {
    for (const [css, score] of simple(p)) if (score < 600 && only(root, css, p)) { add(`${css} > ${wayDown(p, x, y)}`); add(`${css} ${kindOf(x, y)}`); break; }
  }
  if (!common) add(kindOf(x, y)); // beside each other in a shadow root
  const path = common && cssOf(root, common, testIds);
  if (path) add(`${path[0]} > ${wayDown(common, x, y)}`);
  return out.slice(0, 6);
};

// All that two may mean: the rows that they are in, then rows further in.
const rowsOf = (a, b, testIds) => {
  const seen = new Set();
  return pairsOf(a, b, testIds).slice(0, 3).flatMap(([x, y]) => rowsLike(x, y, testIds).slice(0, 3)).filter((r) => { const key = r.list.map(number).join(); return !seen.has(key) && seen.add(key); });
};
// Of one alone: what stands beside it, or beside what it is in, and looks the same.
const likeOne = (e, testIds) => {
  for (const p of outward(e).flatMap((o) => lineOf(o, 8))) {
    const like = p.parentElement || p.parentNode instanceof ShadowRoot ? [...p.parentNode.children].filter((c) => c !== p && c.localName === p.localName && String(goodKind(c)) === String(goodKind(p))) : [];
    if (like.length && !/^(HTML|BODY|HEAD)$/.test(p.tagName)) { const found = rowsLike(p, like[0], testIds); if (found.length) return found; }
  }
  return [];
};
const goodKind = (e) => [...e.classList].filter(goodClass);

// A field in rows. What finds it in the row that was pointed into must find something in as many of the others as can be.
const fieldIn = (rows, e) => {
  const row = rows.find((r) => holds(r, e));
  if (!row) return null;
  if (row === e) return { row, css: "", hits: rows.length, find: (r) => r };
  const root = e.getRootNode(), outer = root === row.getRootNode() ? null : fieldIn(rows, root.host);
  if (root !== row.getRootNode() && !outer) return null;
  const within = (r) => { const at = outer ? outer.find(r) : null; return outer ? at && shadowOf(at) : r; };
  const find = (r, css) => { const from = within(r); return from && allOf(from, css)[0] || null; };
  let best = null;
  const judge = (css, cost) => {
    if (css.length > 200 || find(row, css) !== e) return;
    const hits = rows.slice(0, 200).filter((r) => find(r, css)).length;
    if (!best || hits > best.hits || hits === best.hits && cost < best.cost) best = { row, css: outer && outer.css ? `${outer.css} ${css}` : css, hits, cost, find: (r) => find(r, css) };
  };
  const own = [...simple(e)].map((s) => s[0]).filter((css) => !css.startsWith("#") && !/\[(href|src|alt|title|value|for|placeholder|data-id|data-key|data-value)=/.test(css));
  for (const n of ["itemprop", "data-label", ...testIds]) if (e.getAttribute(n)) judge(`[${n}=${quoted(e.getAttribute(n))}]`, 0);
  own.forEach((css, i) => judge(css, css === pieces(e.localName) ? 30 : 1 + i)); // a bare tag may be of much
  for (let p = e.parentElement, n = 0; p && p !== row && n < 4; p = p.parentElement, n++) {
    for (const [css, score] of simple(p)) if (score < 600 && !css.startsWith("#")) for (const o of own) judge(`${css} ${o}`, 20 + n);
  }
  let path = nth(e);
  for (let p = e.parentElement; ; p = p.parentElement) {
    judge(path, 40);
    if (!p || p === row) break;
    path = `${nth(p)} > ${path}`;
  }
  return best;
};

// What may be taken of a field; the first is what is meant, mostly.
const takesOf = (e) => {
  const list = [];
  const has = (n) => { if (e.hasAttribute(n)) list.push(n); };
  if (e.tagName === "IMG") { has("src"); has("data-src"); has("alt"); return list.length ? list : [""]; }
  if (/^(INPUT|META)$/.test(e.tagName)) { has("value"); has("content"); has("placeholder"); return list.length ? list : [""]; }
  list.push("");
  for (const n of ["href", "datetime", "title", "src", "data-id", "data-src"]) has(n);
  return list;
};

const plainWord = (t) => t.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 30);
// What a field is called: by its author, by its label, by the head of its column, by what it is.
const fieldName = (e, row, take) => {
  const th = () => {
    const cell = e.closest("td, th"), line = cell && cell.parentElement, table = cell && cell.closest("table");
    const head = table && [...table.rows].find((r) => r !== line && r.querySelector("th") && r.cells.length > cell.cellIndex);
    return head ? head.cells[cell.cellIndex].textContent : "";
  };
  const prefixes = [...row.classList].map((c) => plainWord(c.split("__")[0]));
  const ofClass = () => {
    for (let p = e; p && p !== row; p = p.parentElement) for (const c of [...p.classList].filter(goodClass)) {
      let word = plainWord(c.includes("__") ? c.split("__").pop() : c);
      for (const x of prefixes) if (word.startsWith(x + "_")) word = word.slice(x.length + 1);
      if (word && word.length > 1 && !/^(card|item|row|col|text|body|content|wrapper|inner|link|value)$/.test(word)) return word;
    }
    return "";
  };
  const dt = e.tagName === "DD" && e.previousElementSibling?.tagName === "DT" ? e.previousElementSibling.textContent : "";
  const kind = { href: "link", src: "image", "data-src": "image", datetime: "date", alt: "description" }[take] || (e.closest("h1,h2,h3,h4,h5,h6") ? "title" : { TIME: "date", A: "name", P: "text" }[e.tagName] || "");
  const own = e.getAttribute("itemprop") || e.getAttribute("data-label") || dt || th() || ofClass();
  const word = plainWord(spaced(own));
  if (take && take !== takesOf(e)[0] && kind && word && word !== kind) return `${word}_${kind}`.slice(0, 30);
  return word || kind || "field";
};
// Nothing that is named twice.
const freeName = (name, taken) => { let n = name; for (let i = 2; taken.includes(n); i++) n = `${name}_${i}`; return n; };

// The document as an extract step reads it when it is played: open shadow roots in the place of their hosts' own content, and without us.
const htmlWithout = (host, limit) => {
  const whole = document.documentElement;
  const shadowed = [...document.querySelectorAll("*")].some((e) => e.shadowRoot);
  const own = host && host.isConnected ? `<${host.localName}></${host.localName}>` : "";
  let out;
  if (!shadowed) out = whole.outerHTML;
  else {
    const inert = document.implementation.createHTMLDocument("");
    const copy = (n) => {
      const c = inert.importNode(n, false);
      for (const k of n.shadowRoot ? n.shadowRoot.childNodes : n.tagName === "SLOT" && n.assignedNodes().length ? n.assignedNodes() : n.childNodes) if (k !== host) c.append(copy(k));
      return c;
    };
    out = copy(whole).outerHTML;
  }
  if (own) out = out.replace(own, "");
  return { html: out.length > limit ? "" : out, size: out.length, url: location.href };
};

// What of an element can be asserted.
const assertable = (e) => {
  const field = e.tagName === "LABEL" && e.control ? e.control : e;
  const text = spaced(/^(INPUT|TEXTAREA)$/.test(e.tagName) ? "" : e.innerText ?? e.textContent ?? "");
  const box = field.tagName === "INPUT" && /^(checkbox|radio)$/.test(field.type);
  const has = /^(INPUT|TEXTAREA|SELECT|PROGRESS|METER)$/.test(field.tagName) && field.type !== "file";
  return {
    hover: hoverOf(e), text: text.length <= 200 ? text : text.slice(0, 120).replace(/\s\S*$/, ""), element: describe(e),
    field: has ? describe(field) : null, property: box ? "checked" : "value", value: has && !secret(field) ? (box ? field.checked : field.value) : null,
  };
};
// The hosts of the shadow roots that something is in, outermost first, each by its selector.
const hostsOf = (e) => {
  const list = [];
  for (let root = e.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) list.unshift((cssOf(root.host.getRootNode(), root.host, testIds) || [""])[0]);
  return list;
};
const isFrame = (e) => /^I?FRAME$/.test(e.tagName);
const inFrame = (e, x, y) => { // from the viewport of its document to that of its own
  const b = e.getBoundingClientRect(), s = getComputedStyle(e);
  return { x: x - b.left - e.clientLeft - parseFloat(s.paddingLeft), y: y - b.top - e.clientTop - parseFloat(s.paddingTop) };
};
// All in a document or an element, shadow roots that are known included, in their order.
const deepOf = (from, css) => {
  const out = [], visit = (root) => { for (const e of root.querySelectorAll("*")) { if (e.matches(css)) out.push(e); const s = shadowOf(e); if (s) visit(s); } };
  const own = from.nodeType === 1 && shadowOf(from);
  if (own) visit(own);
  visit(from);
  return out;
};
const holds = (row, e) => { for (let p = e; p; p = p.getRootNode().host) if (row.contains(p)) return true; return false; };
const inClosed = (e) => { for (let r = e.getRootNode(); r instanceof ShadowRoot; r = r.host.getRootNode()) if (r.mode === "closed") return true; return false; };
// The element at a place, down through shadow roots that are known. Ours is none.
const topmost = (x, y, host) => {
  let e = document.elementsFromPoint(x, y).find((n) => n !== host);
  for (let root; e && (root = shadowOf(e)); ) {
    const inner = root.elementsFromPoint(x, y).find((n) => n !== e && root.contains(n));
    if (!inner) break;
    e = inner;
  }
  return !e || e === document.documentElement || e === document.body ? null : e;
};
// What of the element at a place can be asserted; of one in a frame, which frame that is and the place in it.
const pointedAt = (x, y) => {
  const e = topmost(x, y, null);
  if (!e || !isFrame(e)) return { at: e && assertable(e) };
  return { frame: number(e), ...inFrame(e, x, y) };
};
