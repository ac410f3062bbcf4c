// What the behaviours share: how to look at a document as a person does, shadow roots included. Runs in a world of its own, and remembers
// there what was tried; the elements of the last look are kept in __found, in the order of the answer.
((words, marks) => {
  const state = (globalThis.__seine ??= { tried: {}, fields: [] });
  const most = 5000; // elements of one selector: pages have no bounds
  const rootsIn = (root, out = []) => {
    out.push(root);
    for (const e of root.querySelectorAll("*")) if (e.shadowRoot) rootsIn(e.shadowRoot, out);
    return out;
  };
  const roots = rootsIn(document);
  const every = (selector, root = null) => {
    const out = [];
    for (const r of root ? rootsIn(root) : roots) {
      for (const e of r.querySelectorAll(selector)) if (out.push(e) >= most) return out;
    }
    return out;
  };
  const box = (e) => e.getBoundingClientRect();
  const area = (e) => box(e).width * box(e).height;
  const visible = (e) => {
    const b = box(e), s = getComputedStyle(e);
    return b.width >= 12 && b.height >= 12 && b.right + scrollX > 0 && b.bottom + scrollY > 0 && s.visibility !== "hidden" && s.display !== "none" && s.opacity !== "0";
  };
  const live = (e) => visible(e) && getComputedStyle(e).pointerEvents !== "none" && !e.disabled;
  const parent = (e) => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const lineage = (e) => { // the element and all around it, out of shadow roots too
    const list = [];
    for (; e; e = parent(e)) if (e !== document.body && e !== document.documentElement) list.push(e);
    return list;
  };
  const names = (e) => `${e.id} ${e.getAttribute("class") || ""}`;
  const at = (x, y) => {
    let e = document.elementFromPoint(x, y);
    for (let inner; e && e.shadowRoot && (inner = e.shadowRoot.elementFromPoint(x, y)) && inner !== e;) e = inner;
    return e;
  };
  const hit = (e) => at(box(e).x + box(e).width / 2, box(e).y + box(e).height / 2);

  // Labels. What is compared has neither case nor ornament.
  const pictured = (e) => { const i = e.querySelector("img[alt], svg[aria-label], svg title"); return i ? i.getAttribute("alt") || i.getAttribute("aria-label") || i.textContent : ""; };
  const raw = (e) => [e.getAttribute("aria-label"), e.title, typeof e.value === "string" ? e.value : "", e.innerText, pictured(e)].find((t) => typeof t === "string" && t.trim()) || "";
  const memo = (f, known = new Map()) => (e) => { let v = known.get(e); if (v === undefined) known.set(e, (v = f(e))); return v; };
  const text = memo((e) => raw(e).trim().replace(/\s+/g, " ").slice(0, 80));
  const plain = (t) => t.normalize("NFKC").toLowerCase().replace(/\u0307/g, "").replace(/\s+/g, " ").replace(/^[^\p{L}\p{N}+]+|[^\p{L}\p{N}+]+$/gu, "");
  const label = memo((e) => plain(text(e)));
  const lists = {};
  const list = (name) => (lists[name] ??= Object.values(words[name]).flat().map(plain));
  const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
  const ends = (t, n) => n >= t.length || !/[\p{L}\p{N}\p{M}]/u.test(t[n]) || unspaced.test(t[n - 1]);
  const begins = (e, name, most = 60) => { const t = label(e); return t !== "" && t.length <= most && list(name).some((p) => t.startsWith(p) && ends(t, p.length)); };
    const holds = (t, name) => { t = plain(t); return list(name).some((p) => t.includes(p)); };
  const word = (t, name) => list(name).some((p) => {
    for (let i = t.indexOf(p); i >= 0; i = t.indexOf(p, i + 1)) if (ends(t, i + p.length) && (i === 0 || unspaced.test(p) || !/[\p{L}\p{N}]/u.test(t[i - 1]))) return true;
    return false;
  });

  // A link to another document is never the way to start this one's film; nor is what is bought, subscribed to or downloaded, anything of an
  // advert, in a list of other films, in a menu, or among buttons to share.
  const leads = (e) => lineage(e).some((a) => {
    const href = a.tagName === "A" && a.getAttribute("href");
    if (a.tagName === "A" && a.hasAttribute("download")) return true;
    if (!href || href.trim().startsWith("#") || /^\s*javascript:/i.test(href)) return false;
    return a.href.split("#")[0] !== location.href.split("#")[0];
  });
  const costs = (e) => word(label(e), "never");
  const refused = (e) => costs(e) || word(label(e), "manage");
  const advertName = /(^|[-_\s])(ads?|ad-?(slot|unit|box|container|banner|wrapper)|adsbygoogle|advert\w*|sponsor\w*|promo|google_ads\w*|dfp|outbrain|taboola)([-_\s]|$)/i;
  const advert = (e) => lineage(e).some((p) => advertName.test(names(p)) || p.hasAttribute("data-ad-slot") || p.hasAttribute("data-ad-client"));
  const asideName = /(^|[-_\s])(play-?list|related|recommend\w*|suggest\w*|up-?next|share|sharing|social|comments?|menu|settings|nav|navbar|footer)([-_\s]|$)/i;
  const aside = (e) => advert(e) || lineage(e).some((p) => p.matches("nav, footer, [role=navigation], [role=contentinfo], [role=menu], [role=tablist]") ||
    asideName.test(names(p)) && !p.querySelector("video, iframe"));
  const clickable = "button, a, [role=button], [onclick], input";
  const leaves = (e) => {
    const over = hit(e), pressed = over && over.closest(clickable);
    return leads(e) || over !== null && (leads(over) || advert(over)) || pressed !== null && pressed !== undefined && refused(pressed);
  };
  const asks = (e) => e.form && e.form.querySelector("input:not([type=hidden], [type=submit], [type=button]), select, textarea") !== null;

  // What floats above the page.
  const dialog = (e) => e.matches("[role=dialog], [role=alertdialog], [aria-modal=true], dialog");
  const floats = (e) => dialog(e) || /fixed|sticky|absolute/.test(getComputedStyle(e).position);
  const above = (e) => dialog(e) || getComputedStyle(e).position === "fixed" || getComputedStyle(e).position === "absolute" && Number(getComputedStyle(e).zIndex) > 0;
  const covered = (e) => { // by something that can be put away
    const over = hit(e);
    if (!over || lineage(over).includes(e) || lineage(e).includes(over)) return false;
    const around = new Set(lineage(e));
    const outside = lineage(over).filter((p) => !around.has(p));
    const common = lineage(over).some((p) => around.has(p));
    return outside.some((p) => dialog(p) || getComputedStyle(p).position === "fixed") || !common && outside.some(above);
  };

  const players = /(^|[-_\s])(video|player|movie|jwplayer|stage|poster)([-_\s]|$|[-_]?(wrap|wrapper|container|box|area|holder))/i;
  const big = (e) => box(e).width >= 200 && box(e).height >= 110;
  // The player, or where it will be: the largest of its kind.
  const stage = () => (known ??= [find()])[0];
  let known;
  const find = () => {
    const named = every("[id], [class]").filter((e) => players.test(names(e)) && big(e) && !aside(e));
    const all = [...every("video, iframe").filter((e) => big(e) && visible(e) && !advert(e)), ...named];
    return all.sort((a, b) => area(b) - area(a))[0] || null;
  };

  const reasons = [];
  const offer = (kind, element, score, { what = "", times = 1, fields = [], shut = false, at = null } = {}) => {
    const before = state.tried[kind]?.get(element) || 0;
    if (before >= times || !shut && !live(element)) return;
    reasons.push({ kind, element, score, fields, before, at, what: what || text(element) || element.tagName.toLowerCase() });
  };
  const finish = (each) => {
    const kinds = {};
    const best = reasons.sort((a, b) => b.score - a.score).filter((r) => (kinds[r.kind] = (kinds[r.kind] || 0) + 1) <= each);
    globalThis.__found = best.map((r) => r.element);
    state.fields = best.map((r) => r.fields);
    state.mark = (i) => {
      const { kind, element } = best[i];
      const tried = (state.tried[kind] ??= new WeakMap());
      tried.set(element, (tried.get(element) || 0) + 1);
    };
    state.again = (i) => state.tried[best[i].kind].delete(best[i].element);
    state.leaves = leaves;
    state.advert = advert;
    return best.map(({ kind, score, what, before, at }) => ({ kind, score, what, before, at }));
  };
  return {
    marks, state, every, box, area, visible, live, lineage, names, at, hit, text, label, begins, holds, list, leads, costs, refused, advert, aside, leaves, asks, floats, above, dialog, covered, players, big, stage, offer, finish,
    framed: window !== window.top, buttons: "button, [role=button], a, input[type=button], input[type=submit], input[type=image], summary, [onclick], [tabindex]",
  };
})
