// The elements that are most like one that is not there any more: by role, name, tag and attributes, as far as its selectors tell them.
((want, most) => {
  const spaced = (t) => t.replace(/\s+/g, " ").trim().toLowerCase().slice(0, 200);
  const pairs = (t) => { const out = new Map(); for (let i = 0; i < t.length - 1; i++) { const p = t.slice(i, i + 2); out.set(p, (out.get(p) || 0) + 1); } return out; };
  const like = (a, b) => { // Dice's coefficient of pairs of letters, 0 to 1
    if (a === b) return a ? 1 : 0;
    if (a.length < 2 || b.length < 2) return 0;
    const x = pairs(a), y = pairs(b);
    let same = 0;
    for (const [p, n] of x) same += Math.min(n, y.get(p) || 0);
    return (2 * same) / (a.length + b.length - 2);
  };
  const roles = { A: "link", BUTTON: "button", SELECT: "combobox", TEXTAREA: "textbox", H1: "heading", H2: "heading", H3: "heading", IMG: "image", LI: "listitem", TABLE: "table", OPTION: "option" };
  const typed = { submit: "button", button: "button", reset: "button", checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox" };
  const role = (e) => e.getAttribute("role") || (e.tagName === "INPUT" ? typed[e.type] || "textbox" : roles[e.tagName] || "");
  const names = (e) => [e.getAttribute("aria-label"), e.getAttribute("placeholder"), e.title, e.alt, e.labels?.[0]?.textContent, e.matches("input[type=submit], input[type=button]") ? e.value : "", e.childElementCount < 20 ? e.textContent : ""].map((t) => spaced(String(t || ""))).filter(Boolean);
  const score = (e) => {
    let got = 0, of = 0;
    const add = (weight, part) => { of += weight; got += weight * part; };
    if (want.names.length) { const own = names(e); add(5, Math.max(0, ...want.names.flatMap((n) => own.map((t) => like(spaced(n), t))))); }
    if (want.role) add(2, role(e) === want.role ? 1 : 0);
    if (want.tag) add(1, e.localName === want.tag ? 1 : 0);
    const attributes = Object.entries(want.attributes);
    if (attributes.length) add(2, attributes.reduce((n, [k, v]) => n + like(v.toLowerCase(), (e.getAttribute(k) || "").toLowerCase()), 0) / attributes.length);
    return of ? got / of : 0;
  };
  const all = [], roots = [document];
  for (const r of roots) for (const e of r.querySelectorAll("*")) { if (all.length >= 20000) break; all.push(e); if (e.shadowRoot) roots.push(e.shadowRoot); }
  const found = all.filter((e) => !/^(HTML|HEAD|BODY|SCRIPT|STYLE|META|LINK|TITLE|NOSCRIPT|TEMPLATE)$/.test(e.tagName)).map((e) => ({ e, score: score(e) }))
    .filter((f) => f.score >= 0.25 && f.e.checkVisibility({ visibilityProperty: true })).sort((a, b) => b.score - a.score);
  const out = [];
  for (const f of found) { // of what is in one another, the best
    if (out.length >= most) break;
    if (!out.some((o) => o.e.contains(f.e) || f.e.contains(o.e))) out.push(f);
  }
  const shown = (e) => { const t = (e.getAttribute("aria-label") || e.innerText || e.getAttribute("placeholder") || "").replace(/\s+/g, " ").trim(); return `<${e.localName}${e.id ? "#" + e.id.slice(0, 40) : ""}>` + (t ? ` “${t.slice(0, 40)}”` : ""); };
  return out.map(({ e, score }) => { const b = e.getBoundingClientRect(); return { element: shown(e), score: Math.round(score * 100) / 100, x: b.x, y: b.y, width: b.width, height: b.height }; });
})
