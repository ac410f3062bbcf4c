// Selectors of an element, scored: the lowest is what will hold the longest. Each is looked up in its whole document: one that finds
// something else too is none.

const pieces = (s) => CSS.escape(s);
const quoted = (s) => '"' + s.replace(/\\/g, "\\\\").replace(/"/g, '\\"') + '"';
const volatile = (t) => /\d/.test(t) || t.length > 40;
const only = (root, css, e) => { try { return root.querySelector(css) === e && root.querySelectorAll(css).length === 1; } catch { return false; } };

const attributes = ["name", "aria-label", "placeholder", "title", "alt", "for", "type", "value", "href", "role", "data-id", "data-name", "data-action", "data-role", "data-value", "data-key", "src", "colspan"];
const attributeScore = { placeholder: 160, alt: 165, name: 170, "aria-label": 175, title: 180, value: 220, for: 225, href: 240 };
const attributeCSS = (e, n) => {
  const v = e.getAttribute(n);
  if (!v || v.length > 80 || madeAttribute(n)) return "";
  if (/^(for|data-id|data-key)$/.test(n) && generated(v)) return "";
  if (/^(href|src)$/.test(n) && (/[?#].*\d|\d{3,}|^javascript:|^blob:|^data:/.test(v) || v === "#")) return "";
  if (n === "value" && (!/^(INPUT|OPTION|BUTTON)$/.test(e.tagName) || e.tagName === "INPUT" && !/^(radio|checkbox|submit|button)$/.test(e.type))) return "";
  if (n === "name" && generated(v) && !/^[a-z]+\d{0,2}$/i.test(v)) return "";
  return `${e.tagName.toLowerCase()}[${n}=${quoted(v)}]`;
};
// Short selectors that name the element by itself.
const simple = function* (e) {
  const tag = pieces(e.localName);
  if (e.id && !generated(e.id)) yield ["#" + pieces(e.id), 200];
  for (const n of attributes) {
    const css = attributeCSS(e, n);
    if (css) yield [css, attributeScore[n] || 300];
  }
  const classes = [...e.classList].filter(goodClass).slice(0, 4);
  for (const c of classes) yield [tag + "." + pieces(c), 310];
  for (let i = 0; i < classes.length; i++) for (let j = i + 1; j < classes.length; j++) yield [tag + "." + pieces(classes[i]) + "." + pieces(classes[j]), 320];
  const type = e.getAttribute("type");
  if (type && /^(INPUT|BUTTON)$/.test(e.tagName)) for (const n of ["name", "value"]) {
    const css = attributeCSS(e, n);
    if (css) yield [css + `[type=${quoted(type)}]`, 330];
  }
  yield [tag, 600];
};
const nth = (e) => {
  const tag = pieces(e.localName), p = e.parentNode;
  if (!p || !p.children) return tag;
  const like = [...p.children].filter((c) => c.localName === e.localName);
  return like.length === 1 ? tag : `${tag}:nth-of-type(${like.indexOf(e) + 1})`;
};
const stem = (e) => { // the best that is said of an element in a path
  for (const [css, score] of simple(e)) if (score < 600) return css;
  return nth(e);
};
// A path from something that has a name of its own, in so few words as will do.
const pathCSS = (root, e) => {
  const anchors = [];
  for (let p = e.parentElement, n = 0; p && n < 12; p = p.parentElement, n++) {
    for (const [css, score] of simple(p)) if (score < 600 && only(root, css, p)) { anchors.push([css, p]); break; }
    if (anchors.length === 2) break;
  }
  for (const own of [...simple(e)].map((s) => s[0]).slice(0, 8)) for (const [css] of anchors) {
    if (only(root, `${css} ${own}`, e)) return [`${css} ${own}`, 400];
  }
  let path = nth(e);
  for (let p = e.parentElement; ; p = p.parentElement) {
    if (only(root, path, e)) return [path, 900];
    if (!p) return null;
    const anchor = anchors.find((a) => a[1] === p);
    if (anchor && only(root, `${anchor[0]} > ${path}`, e)) return [`${anchor[0]} > ${path}`, 800];
    if (path.length > 300) return null;
    path = `${nth(p)} > ${path}`;
  }
};
const testCSS = (e, testIds) => {
  for (const n of testIds) {
    const v = e.getAttribute(n);
    if (v) return `[${n}=${quoted(v)}]`;
  }
  return "";
};
const cssOf = (root, e, testIds) => { // the best of a root: [css, score]
  const test = testCSS(e, testIds);
  if (test && only(root, test, e)) return [test, 1];
  for (const [css, score] of simple(e)) if (only(root, css, e)) return [css, score];
  return pathCSS(root, e);
};

// Names are held against all elements that might have the same one.
const candidates = { button: "button, input, summary, [role=button]", link: "a[href], area[href], [role=link]", textbox: "input, textarea, [role=textbox]", combobox: "select, input, [role=combobox]", checkbox: "input[type=checkbox], [role=checkbox]", radio: "input[type=radio], [role=radio]", heading: "h1, h2, h3, h4, h5, h6, [role=heading]", option: "option, [role=option]" };
const mostNamed = 400;
const ariaOf = (e) => {
  const role = roleOf(e), name = nameOf(e);
  if (!name || name.length > 80 || /[[\]]/.test(name) || /^(heading|row|cell|table|listitem|main|navigation)$/.test(role)) return null;
  if (!role && !e.matches("input, [aria-label], [aria-labelledby], [contenteditable]")) return null;
  const list = document.querySelectorAll(role ? candidates[role] || `[role=${quoted(role)}]` : "input, [aria-label], [aria-labelledby], [contenteditable]");
  if (list.length > mostNamed) return null;
  for (const o of list) if (o !== e && (!role || roleOf(o) === role) && nameOf(o) === name) return null;
  return [role ? `aria/${name}[role=${quoted(role)}]` : `aria/${name}`, volatile(name) ? 350 : 100];
};
// The smallest elements that hold a text, as it is looked for when it is played.
const holders = (root, text, most) => {
  const out = [];
  const first = text.split(" ", 1)[0]; // text is compared with its blanks made one only where it may be there
  const says = (n) => { const t = n.textContent; return t.includes(first) && spaced(t).includes(text); };
  const visit = (n) => {
    let inside = false;
    for (const c of n.children) {
      if (out.length > most) return;
      if (!/^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|HEAD)$/.test(c.tagName) && says(c)) { visit(c); inside = true; }
    }
    if (!inside && n.nodeType === 1) out.push(n);
  };
  visit(root);
  return out;
};
const textOf = (e) => {
  if (/^(INPUT|SELECT|TEXTAREA|HTML|BODY|OPTION)$/.test(e.tagName) || e.isContentEditable) return null;
  if (e.textContent.length > 300) return null;
  const text = spaced(e.textContent);
  if (!text || text.length > 60 || text.length < 2) return null;
  const found = holders(document.body || document.documentElement, text, 1);
  if (found.length !== 1 || !(found[0] === e || e.contains(found[0]) && meant(found[0]) === e)) return null;
  return [`text/${text}`, volatile(text) ? 360 : 140];
};
const xpathOf = (e, nameless) => {
  let path = "";
  for (let p = e; p && p.nodeType === 1; p = p.parentElement) {
    if (p.id && !(nameless && p === e) && !generated(p.id) && !p.id.includes("'") && only(document, "#" + pieces(p.id), p)) return [`xpath///*[@id='${p.id}']${path}`, 1000];
    const like = p.parentElement ? [...p.parentElement.children].filter((c) => c.localName === p.localName) : [p];
    const name = p.namespaceURI === "http://www.w3.org/1999/xhtml" ? p.localName : `*[local-name()='${p.localName}']`;
    path = `/${name}${like.length > 1 ? `[${like.indexOf(p) + 1}]` : ""}${path}`;
  }
  return [`xpath/${path}`, 1100];
};

// All of an element: [{s: parts, n: score}], best first, at most five of different kinds.
const selectorsOf = (e, testIds) => {
  const list = [], hosts = [];
  const add = (s, parts) => { if (s) list.push({ s: parts || [s[0]], n: s[1] }); };
  for (let root = e.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode()) hosts.unshift(root.host);
  if (!e.isConnected) return list;
  add(ariaOf(e));
  const root = e.getRootNode();
  if (hosts.length) {
    const parts = [...hosts, e].map((h) => cssOf(h.getRootNode(), h, testIds));
    if (parts.every(Boolean)) list.push({ s: parts.map((p) => p[0]), n: Math.max(...parts.map((p) => p[1])) });
    const own = cssOf(root, e, testIds);
    if (own && own[1] < 600 && own[0].length < 120 && piercedOnly(own[0], e)) list.push({ s: ["pierce/" + own[0]], n: own[1] + 50 });
  } else {
    const best = cssOf(document, e, testIds);
    add(best);
    if (best && best[1] < 100) for (const [css, score] of simple(e)) if (score < 600 && only(document, css, e)) { add([css, score]); break; }
    add(textOf(e));
    const path = xpathOf(e);
    if (!list.some((l) => l.s[0] === "#" + e.id) || !path[0].endsWith("']")) add(path); // not the same once more
    else if (list.length === 1) add(xpathOf(e, true));
  }
  return list.sort((a, b) => a.n - b.n).slice(0, 5);
};
const roots = new Set(); // closed ones that are known
const piercedOnly = (css, e) => {
  let n = 0;
  const visit = (root) => {
    for (const x of root.querySelectorAll(css)) if (x !== e) n++;
    for (const h of root.querySelectorAll("*")) { const s = shadowOf(h); if (s && n === 0) visit(s); }
  };
  try { visit(document); } catch { return false; }
  return n === 0;
};

// How many elements a selector finds in the document; -1 where that is not for us to say.
const countOf = (s) => {
  try {
    if (!s || /^(aria|pierce)\//.test(s)) return -1;
    if (s.startsWith("text/")) return holders(document.body || document.documentElement, s.slice(5), 2).filter((e) => e !== document.body).length;
    if (s.startsWith("xpath/")) return document.evaluate(s.slice(6), document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE).snapshotLength;
    return document.querySelectorAll(s).length;
  } catch { return -1; }
};
