// What a person would click to make the film of this document start, best first. Runs in a world of its own, and remembers there
// what was tried. The elements are kept in __found, in the order of the answer.
(() => {
  const tried = (globalThis.__tried ??= new WeakSet());
  const every = (root, selector, out = []) => {
    for (const e of root.querySelectorAll(selector)) out.push(e);
    for (const e of root.querySelectorAll("*")) if (e.shadowRoot) every(e.shadowRoot, selector, out);
    return out;
  };
  const box = (e) => e.getBoundingClientRect();
  const seen = (e) => {
    const b = box(e), s = getComputedStyle(e);
    return b.width >= 12 && b.height >= 12 && b.right + scrollX > 0 && b.bottom + scrollY > 0 &&
      s.visibility !== "hidden" && s.display !== "none" && s.pointerEvents !== "none" && !e.disabled;
  };
  const label = (e) => [e.getAttribute("aria-label"), e.title, e.value, e.innerText].find((t) => typeof t === "string" && t.trim()) || "";
  const text = (e) => label(e).trim().replace(/\s+/g, " ").slice(0, 80);
  const names = (e) => `${e.id} ${e.getAttribute("class") || ""}`;
  const lineage = (e) => { // the element and all around it, out of shadow roots too
    const list = [];
    for (; e; e = e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null)) {
      if (e !== document.body && e !== document.documentElement) list.push(e);
    }
    return list;
  };

  // A link to another document is never the way to start this one's film; nor is anything in a list of other films, in a menu, or
  // among buttons to share.
  const leads = (e) => lineage(e).some((a) => {
    const href = a.tagName === "A" && a.getAttribute("href");
    if (!href || href.trim().startsWith("#") || /^\s*javascript:/i.test(href)) return false;
    return a.hasAttribute("download") || a.href.split("#")[0] !== location.href.split("#")[0];
  });
  const leaves = (e) => {
    const b = box(e), hit = document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2);
    return leads(e) || hit !== null && leads(hit);
  };
  globalThis.__leaves = leaves;
  const asideName = /(^|[-_\s])(play-?list|related|recommend\w*|suggest\w*|up-?next|share|sharing|social|comments?|menu|settings|nav|navbar|footer|sponsor\w*|advert\w*)([-_\s]|$)/i;
  const aside = (e) => lineage(e).some((p) => p.matches("nav, footer, [role=navigation], [role=contentinfo], [role=menu], [role=tablist]") ||
    asideName.test(names(p)) && !p.querySelector("video, iframe"));
  const asks = (e) => e.form && e.form.querySelector("input:not([type=hidden], [type=submit], [type=button]), select, textarea") !== null;

  const consentText = /^(yes,? )?(i )?(accept|agree|allow (all|cookies)|allow$|consent|got it|ok(ay)?\b|understood|continue|alle(s)? (akzeptieren|zulassen|annehmen)|akzeptieren|zustimmen|einverstanden|annehmen|tout accepter|accepter|j'accepte|aceptar|acepto|accetta|accetto|aceitar|akkoord|accepteren|godkänn|godta|hyväksy|zgadzam|akceptuj|přijmout|принять|согласен|同意|接受|允许|同意する|동의)/i;
  const consentPlace = /cookie|consent|gdpr|(^|[-_\s])cmp([-_\s]|$)|datenschutz|onetrust|didomi|cybot|truste|quantcast/i;
  const consentWords = /cookie|consent|gdpr|(your|value|about) privacy|datenschutz|personal data|confidentialit|privacidad|隐私|プライバシー/i;
  const inBanner = (e) => { // the nearest thing that floats must be about consent, and no page of its own
    const floating = lineage(e).slice(1).find((p) => /fixed|sticky|absolute/.test(getComputedStyle(p).position) || p.matches("[role=dialog], [role=alertdialog], dialog"));
    if (!floating || floating.querySelector("main, article, nav, video, input[type=password], input[type=email]")) return false;
    const around = lineage(e).slice(1).map(names).join(" ");
    const words = floating.innerText || "";
    return consentPlace.test(around) || words.length < 4000 && consentWords.test(`${floating.getAttribute("aria-label") || ""} ${words}`);
  };

  const buttons = "button, [role=button], a, input[type=button], input[type=submit], input[type=image], summary, [onclick], [tabindex]";
  // The whole label must say so: "Play Store", "Watch later" and "Start free trial" begin well and end badly.
  const playText = new RegExp("^[▶►⏵]?\\ufe0f?\\s*(play|watch|start|abspielen|ansehen|lecture|lire|regarder|reproducir|ver|riproduci|guarda|assistir|reproduzir|afspelen|bekijken|" +
    "spela|spela upp|odtwórz|oglądaj|přehrát|воспроизвести|смотреть|播放|立即播放|再生|재생)" +
    "(\\s+(the|this|now|full|free|online|live|here|again|in|hd|video|videos?|film|movie|clip|episode|show|stream|jetzt|la|le|el|il|o|ahora|maintenant|ora|agora|nu|vidéo|vídeo|película|filme|видео|фильм|онлайн|视频|影片|動画))*" +
    "([.!…]|\\s*[:–—]\\s.*)?$|^[▶►⏵]\\ufe0f?$", "i");
  const before = new Set(["auto", "google", "no", "not", "re", "word", "can", "has", "role", "fair", "air"]);
  const after = new Set(["button", "btn", "icon", "overlay", "control", "toggle", "now", "video", "arrow", "circle", "big", "large", "symbol", "image", "img", "pause", "center", "outline"]);
  const playName = (e) => names(e).split(/\s+/).some((token) => {
    if (/^(jw-icon-display|plyr__control--overlaid)$/.test(token)) return true;
    const parts = token.replace(/([a-z])([A-Z])/g, "$1-$2").toLowerCase().replace(/play(button|btn|icon)/, "play-$1").split(/[-_]+/);
    const at = parts.findIndex((p) => p === "play" || p === "bigplay");
    return at >= 0 && !parts.slice(0, at).some((p) => before.has(p)) && parts.slice(at + 1).every((p) => after.has(p) || p === "");
  });
  const frameName = /(^|[-_\s])(video|player|movie|jwplayer|stage|poster)([-_\s]|$|[-_]?(wrap|container|box|area|holder))/i;

  const found = [];
  const offer = (kind, element, score, what) => {
    if (!tried.has(element) && seen(element) && !leaves(element)) found.push({ kind, element, score, what: what || text(element) || element.tagName.toLowerCase() });
  };
  for (const e of every(document, "button, [role=button], a, input[type=button], input[type=submit]")) {
    if (consentText.test(text(e)) && inBanner(e)) offer("consent", e, 1000 + (/all|alle|tout|todo|tutti/i.test(text(e)) ? 10 : 0));
  }
  for (const e of every(document, buttons)) {
    const t = text(e), says = playText.test(t) && t.length < 60;
    if (!says && !playName(e) || aside(e) || asks(e)) continue;
    const b = box(e);
    offer("play button", e, (says ? 500 : 400) + Math.min(b.width * b.height, 90000) / 1000);
  }
  for (const v of every(document, "video").filter((v) => v.paused || v.readyState === 0)) {
    offer("player", v, 300 + Math.min(box(v).width * box(v).height, 1e6) / 1e4, "the middle of the player");
  }
  for (const e of every(document, "[id], [class]")) {
    const b = box(e);
    if (b.width >= 200 && b.height >= 110 && e.tagName !== "IFRAME" && frameName.test(names(e)) && !aside(e) && !e.querySelector("video, iframe, form") &&
        e.querySelectorAll("a[href]").length < 3) {
      offer("poster", e, 100 + Math.min(b.width * b.height, 1e6) / 1e4, "the middle of what looks like a player");
    }
  }
  found.sort((a, b) => b.score - a.score);
  globalThis.__found = found.slice(0, 20).map((f) => f.element);
  return found.slice(0, 20).map(({ kind, score, what }) => ({ kind, score, what }));
})()
