// What steps need to know of a document: which elements a selector means, and whether one is ready to be used. Runs in a world of its own
// and keeps there the elements that were last found (now) and the one that is used (el).
(() => {
  const most = 5000; // elements of one selector: pages have no bounds
  const box = (e) => e.getBoundingClientRect();
  const style = (e) => getComputedStyle(e);
  const around = (n) => n.assignedSlot || n.parentElement || (n.getRootNode() instanceof ShadowRoot ? n.getRootNode().host : null);
  const clip = (t, n) => (t.length > n ? t.slice(0, n) + "…" : t);
  const spaced = (t) => t.replace(/\s+/g, " ").trim();
  const closed = new WeakMap(); // hosts to shadow roots that show themselves to no script, as far as they were found from outside
  const shadow = (e) => e.shadowRoot || closed.get(e) || null;

  const seen = (e) => {
    if (!e.isConnected) return false;
    if (e.tagName === "OPTION" || e.tagName === "OPTGROUP") return e.closest("select") !== null && seen(e.closest("select"));
    if (!e.checkVisibility({ visibilityProperty: true })) return false;
    if (style(e).display === "contents") return [...e.childNodes].some((c) => (c.nodeType === 1 ? seen(c) : c.nodeType === 3 && c.data.trim() !== ""));
    const b = box(e);
    return b.width > 0 && b.height > 0;
  };

  // Selectors.
  const rootsIn = (root, out = []) => {
    out.push(root);
    for (const e of root.querySelectorAll("*")) if (shadow(e)) rootsIn(shadow(e), out);
    return out;
  };
  const pierced = (root, css) => rootsIn(root).flatMap((r) => [...r.querySelectorAll(css)]);
  const css = (root, selector) => {
    let list = [root], deep = "";
    for (const piece of selector.split(/(>>>>?)/)) {
      if (piece === ">>>" || piece === ">>>>") { deep = piece; continue; }
      const own = piece.trim();
      list = list.flatMap((r) => (deep === ">>>" ? [...pierced(r, own), ...(shadow(r) ? pierced(shadow(r), own) : [])] : deep ? (shadow(r) ? [...shadow(r).querySelectorAll(own)] : []) : [...r.querySelectorAll(own)]));
    }
    return list;
  };
  const silent = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD"]);
  const kids = (n) => (shadow(n) ? [...shadow(n).childNodes, ...n.childNodes] : n.childNodes);
  const words = (n, known) => {
    if (n.nodeType === 3) return n.data;
    if (n.nodeType !== 1 && n.nodeType !== 9 && n.nodeType !== 11 || silent.has(n.tagName)) return "";
    let t = known.get(n);
    if (t !== undefined) return t;
    t = n.tagName === "INPUT" && /^(button|submit|reset)$/.test(n.type) ? n.value : "";
    for (const c of kids(n)) t += words(c, known);
    known.set(n, t);
    return t;
  };
  const smallest = (root, want) => {
    const known = new Map(), out = [], text = spaced(want);
    const visit = (n) => {
      let inside = false;
      for (const c of kids(n)) if (c.nodeType === 1 && spaced(words(c, known)).includes(text)) { visit(c); inside = true; }
      if (!inside && n.nodeType === 1) out.push(n);
    };
    if (spaced(words(root, known)).includes(text)) visit(root);
    return out;
  };
  const xpath = (root, expression) => {
    const out = [], inShadow = root instanceof ShadowRoot;
    const own = root === document ? expression : inShadow ? expression.replace(/^\.?\/\//, "descendant-or-self::") : expression.replace(/^\/\//, ".//");
    for (const from of inShadow ? root.children : [root]) {
      const hits = document.evaluate(own, from, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
      for (let i = 0; i < hits.snapshotLength && i < most; i++) {
        const n = hits.snapshotItem(i), e = n.nodeType === 1 ? n : n.ownerElement || n.parentElement;
        if (e) out.push(e);
      }
    }
    return out;
  };
  const kinds = { "text/": smallest, "xpath/": xpath, "pierce/": pierced };
  const match = (root, part) => {
    for (const k in kinds) if (part.startsWith(k)) return kinds[k](root, part.slice(k.length));
    return css(root, part);
  };

  const S = { now: [], el: null };
  S.closed = (list) => { for (const root of list) closed.set(root.host, root); };
  S.begin = () => { S.now = [document]; return 1; };
  S.descend = (part) => {
    S.now = [...new Set(S.now.flatMap((r) => match(shadow(r) || r, part)))].slice(0, most);
    return S.now.length;
  };
  S.keep = (list) => {
    const within = (e) => { for (let p = around(e); p; p = around(p)) if (S.now.includes(p)) return true; return false; };
    S.now = list.filter((e) => e.nodeType === 1 && (S.now.includes(document) || within(e)));
    return S.now.length;
  };
  S.chain = (parts) => { S.begin(); for (const p of parts) S.descend(p); return S.now.length; };
  S.count = (visible, attributes) => {
    S.now = S.now.filter((e) => (visible === null || seen(e) === visible) && Object.entries(attributes || {}).every(([k, v]) => e.getAttribute(k) === v));
    return S.now.length;
  };

  // How an element is named to a person.
  const describe = (e) => {
    if (!e || !e.tagName) return "nothing";
    let t = e.tagName.toLowerCase();
    if (e.id) t += "#" + clip(e.id, 40);
    else if (e.classList.length) t += "." + clip([...e.classList].join("."), 40);
    const label = spaced(e.getAttribute("aria-label") || e.innerText || "");
    return label ? `<${t}> “${clip(label, 40)}”` : `<${t}>`;
  };

  // Readiness. Each gives "" or what is missing.
  const disabled = (e) => {
    for (let p = e; p; p = around(p)) if (p.matches(":disabled") || p.getAttribute("aria-disabled") === "true") return true;
    return false;
  };
  const control = (e) => (e.tagName === "LABEL" && e.control ? e.control : e);
  S.pick = (wants) => {
    const first = S.now.find(seen);
    S.el = first || S.now[0];
    if (wants.control) S.el = control(S.el);
    if (wants.seen && !seen(S.el)) return "not visible";
    if (wants.enabled && disabled(S.el)) return "disabled";
    if (wants.editable && (S.el.readOnly || S.el.getAttribute("aria-readonly") === "true")) return "read-only";
    return "";
  };
  const frame = () => new Promise((done) => { const late = setTimeout(done, 100); requestAnimationFrame(() => { clearTimeout(late); done(); }); });
  const still = async (e) => {
    let last = box(e);
    for (let same = 0; same < 2;) {
      await frame();
      const b = box(e);
      if (b.x !== last.x || b.y !== last.y || b.width !== last.width || b.height !== last.height) return false;
      same++;
      last = b;
    }
    return true;
  };
  // The roots around an element, closed ones too: from within they can be seen.
  const rootsAround = (e) => { const out = new Map(); for (let r = e.getRootNode(); r instanceof ShadowRoot; r = r.host.getRootNode()) out.set(r.host, r); return out; };
  const deepest = (x, y, within) => {
    const known = rootsAround(within), root = (e) => shadow(e) || known.get(e);
    let e = document.elementFromPoint(x, y);
    for (let inner; e && root(e) && (inner = root(e).elementFromPoint(x, y)) && inner !== e;) e = inner;
    return e;
  };
  const pressable = "button, [role=button], a, [role=link], label, summary";
  const inside = (hit, e) => {
    const own = e.matches("input, textarea, select") || e.isContentEditable ? e : e.closest(pressable) || e;
    for (let p = hit; p; p = around(p)) {
      if (p === own || p === e) return true;
      if (p.tagName === "LABEL" && p.control === e) return true;
    }
    return false;
  };
  const aligns = [null, { block: "center", inline: "center" }, { block: "end", inline: "end" }, { block: "start", inline: "start" }];
  const pointOf = (e, offset) => {
    const whole = box(e);
    if (offset && offset.x >= 0 && offset.y >= 0 && offset.x <= whole.width && offset.y <= whole.height) return { x: whole.x + offset.x, y: whole.y + offset.y };
    const b = [...e.getClientRects()].find((r) => r.width > 0 && r.height > 0) || whole;
    const left = Math.max(b.left, 0), top = Math.max(b.top, 0), right = Math.min(b.right, innerWidth), bottom = Math.min(b.bottom, innerHeight);
    return left < right && top < bottom ? { x: (left + right) / 2, y: (top + bottom) / 2 } : { x: (b.left + b.right) / 2, y: (b.top + b.bottom) / 2 };
  };
  S.rect = () => { const b = box(S.el); return { X: b.x, Y: b.y, Width: b.width, Height: b.height }; };
  S.where = (offset) => { const p = pointOf(S.now.find(seen) || S.now[0], offset); return { X: p.x, Y: p.y }; };
  const floats = (e) => { for (let p = e; p; p = around(p)) if (/fixed|sticky/.test(style(p).position)) return true; return false; };
  // Brings the element into view, in another way where something that floats covers it, and tells where it stands, or why it cannot be used.
  S.reach = async (wants) => {
    const e = S.el, how = aligns[e === S.turned ? S.turn % aligns.length : 0];
    if (how) e.scrollIntoView({ behavior: "instant", ...how });
    else e.scrollIntoViewIfNeeded();
    if (!(await still(e))) return { why: "still moving" };
    if (!e.isConnected) return { why: "no longer there" };
    const p = pointOf(e, wants.offset);
    if (p.x < 0 || p.y < 0 || p.x >= innerWidth || p.y >= innerHeight) return { why: "outside of what can be scrolled to" };
    const hit = deepest(p.x, p.y, e);
    if (wants.hit && !inside(hit, e)) {
      if (floats(hit)) { S.turn = e === S.turned ? S.turn + 1 : 1; S.turned = e; } // it stays where it is: the element must go elsewhere
      return { why: "covered by " + describe(hit) };
    }
    return { why: "", ...p };
  };

  // While guarded, what is pressed elsewhere than on the element does not arrive: it moved, or something came over it, in the last moment.
  const pressed = ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "auxclick", "contextmenu", "dblclick", "touchstart", "touchend"];
  let look = null;
  S.guard = () => {
    S.release();
    const e = S.el;
    S.verdict = "";
    look = (ev) => {
      if (!ev.isTrusted) return;
      const hit = rootsAround(e).has(ev.composedPath()[0]) ? deepest(ev.clientX, ev.clientY, e) : ev.composedPath()[0];
      if (!S.verdict) S.verdict = inside(hit, e) ? "hit" : "covered by " + describe(hit);
      if (S.verdict === "hit") return;
      ev.preventDefault();
      ev.stopImmediatePropagation();
    };
    for (const t of pressed) addEventListener(t, look, { capture: true, passive: false });
  };
  S.release = () => {
    if (look) for (const t of pressed) removeEventListener(t, look, { capture: true });
    look = null;
    return S.verdict || "";
  };

  // Forms.
  const typed = new Set(["text", "url", "tel", "search", "password", "number", "email"]);
  S.field = () => {
    const e = S.el;
    if (e.tagName === "SELECT") return "select";
    if (e.tagName === "TEXTAREA") return "text";
    if (e.tagName === "INPUT") return typed.has(e.type) ? "text" : e.type === "checkbox" || e.type === "radio" ? "box" : e.type === "file" ? "file" : "special";
    if (e.isContentEditable) return "text";
    const role = e.getAttribute("role");
    if (role === "checkbox" || role === "switch" || role === "radio") return "box";
    return "none";
  };
  S.checked = () => (S.el.tagName === "INPUT" ? S.el.checked : S.el.getAttribute("aria-checked") === "true");
  const tell = (e, ...types) => { for (const t of types) e.dispatchEvent(new Event(t, { bubbles: true, composed: t === "input" })); };
  S.clear = () => { // puts the keyboard on the element and selects what stands there
    const e = S.el;
    e.focus();
    if (typeof e.select === "function") { e.select(); return e.value !== ""; }
    const r = document.createRange();
    r.selectNodeContents(e);
    const s = e.getRootNode().getSelection ? e.getRootNode().getSelection() : getSelection();
    s.removeAllRanges();
    s.addRange(r);
    return e.textContent !== "";
  };
  S.focus = () => { S.el.focus(); };
  S.set = (value) => { // "" or what is wrong
    const e = S.el;
    e.focus();
    e.value = value;
    if (e.value.toLowerCase() !== value.toLowerCase()) return `an <input type="${e.type}"> does not take it; it made “${clip(e.value, 40)}” of it`;
    tell(e, "input", "change");
    return "";
  };
  S.choose = (wanted) => { // what was not there
    const e = S.el;
    if (e.tagName !== "SELECT") return ["<" + e.tagName.toLowerCase() + "> is no <select>"];
    const options = [...e.options];
    const find = (w) => options.find((o) => o.value === w) || options.find((o) => spaced(o.label) === spaced(w) || spaced(o.text) === spaced(w));
    const missing = wanted.filter((w) => !find(w) || find(w).disabled);
    if (missing.length) return missing;
    const picked = new Set(wanted.map(find));
    e.focus();
    if (!e.multiple) e.selectedIndex = options.indexOf(find(wanted[wanted.length - 1]));
    else for (const o of options) o.selected = picked.has(o);
    tell(e, "input", "change");
    return [];
  };

  // Drag and drop.
  S.watchDrag = () => {
    S.drag = "";
    addEventListener("dragstart", (ev) => { S.drag = "pending"; setTimeout(() => { S.drag = ev.defaultPrevented ? "prevented" : "begun"; }); }, { capture: true, once: true });
  };

  // What is there, as a number that changes with it.
  S.sum = (text) => {
    let h = 2166136261;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
    return h >>> 0;
  };
  S.print = () => {
    const root = document.body || document.documentElement;
    const links = [...root.querySelectorAll("img[src], a[href]")].map((e) => e.getAttribute("src") || e.getAttribute("href"));
    return { url: location.href, sum: S.sum(words(root, new Map()) + links.join(" ")) };
  };
  S.ended = () => S.now.length > 0 && ((e) => disabled(e) || /(^|[-_\s])disabled([-_\s]|$)/.test(`${e.className} ${e.parentElement?.tagName === "LI" ? e.parentElement.className : ""}`))(S.now.find(seen) || S.now[0]);

  // Scrolling on.
  const scroller = () => {
    const page = document.scrollingElement || document.documentElement;
    if (page.scrollHeight > innerHeight + 1 && style(page).overflowY !== "hidden") return page;
    let best = page;
    for (const r of rootsIn(document)) for (const e of r.querySelectorAll("*")) {
      if (e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 50 && /auto|scroll/.test(style(e).overflowY) && e.clientHeight * e.clientWidth > (best === page ? 0 : best.clientHeight * best.clientWidth)) best = e;
    }
    return best;
  };
  S.watch = () => {
    S.unwatch?.();
    S.news = 0;
    const see = new MutationObserver((list) => {
      for (const m of list) if (m.type === "characterData" || [...m.addedNodes].some((n) => n.nodeType === 1 && !silent.has(n.tagName) || n.nodeType === 3 && n.data.trim() !== "")) S.news++;
    });
    for (const r of rootsIn(document)) see.observe(r, { childList: true, characterData: true, subtree: true });
    S.unwatch = () => see.disconnect();
  };
  S.further = async () => {
    const e = scroller(), before = e.scrollTop;
    e.scrollBy({ top: Math.max(e.clientHeight * 0.8, 50), behavior: "instant" });
    await frame();
    await frame();
    return { moved: Math.abs(e.scrollTop - before) >= 1, news: S.news };
  };

  // Frames, in the order of window.frames, which is that of their coming; those in shadow roots are not among these.
  S.frames = () => {
    const all = rootsIn(document).flatMap((r) => [...r.querySelectorAll("iframe, frame, object, embed")]).filter((e) => e.contentWindow);
    if (all.length === window.length) all.sort((a, b) => at(a) - at(b));
    S.now = all;
    return all.length;
  };
  const at = (e) => { for (let i = 0; i < window.length; i++) if (window[i] === e.contentWindow) return i; return window.length; };

  // The document as it is now, open shadow roots in the place of their hosts' own content.
  S.html = (limit) => {
    const whole = document.documentElement;
    let out = whole.outerHTML;
    if (rootsIn(document).length > 1) {
      const inert = document.implementation.createHTMLDocument("");
      const copy = (n) => {
        const c = inert.importNode(n, false);
        const list = n.shadowRoot ? n.shadowRoot.childNodes : n.tagName === "SLOT" && n.assignedNodes().length ? n.assignedNodes() : n.childNodes;
        for (const k of list) c.append(copy(k));
        return c;
      };
      out = copy(whole).outerHTML;
    }
    return { html: out.length > limit ? "" : out, size: out.length, url: location.href };
  };
  S.task = () => new Promise((done) => setTimeout(() => done(0)));
  S.about = () => ({ url: location.href, title: document.title });
  S.texts = () => S.now.map((e) => spaced(/^(INPUT|TEXTAREA)$/.test(e.tagName) ? e.value : e.innerText ?? e.textContent ?? "")).slice(0, 200);
  return S;
})
