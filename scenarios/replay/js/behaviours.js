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
    return b.width >= 12 && b.height >= 12 && s.visibility !== "hidden" && s.display !== "none" && s.pointerEvents !== "none" && !e.disabled;
  };
  const label = (e) => [e.getAttribute("aria-label"), e.title, e.value, e.innerText].find((t) => typeof t === "string" && t.trim()) || "";
  const text = (e) => label(e).trim().replace(/\s+/g, " ").slice(0, 80);
  const names = (e) => `${e.id} ${typeof e.className === "string" ? e.className : e.getAttribute("class") || ""}`;

  const consentText = /^(yes,? )?(i )?(accept|agree|allow|consent|got it|ok(ay)?|understood|continue|alle(s)? (akzeptieren|zulassen|annehmen)|akzeptieren|zustimmen|einverstanden|annehmen|tout accepter|accepter|j'accepte|aceptar|acepto|accetta|accetto|aceitar|akkoord|accepteren|godkänn|godta|accepter|hyväksy|zgadzam|akceptuj|přijmout|принять|согласен|同意|接受|允许|同意する|동의)/i;
  const consentPlace = /cookie|consent|gdpr|privacy|cmp|datenschutz|onetrust|didomi|cybot|truste|quantcast/i;
  const consentWords = /cookie|consent|privacy|gdpr|datenschutz|personal data|confidentialit|privacidad|隐私|プライバシー/i;
  const inBanner = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
      const role = p.getAttribute("role"), floats = /fixed|sticky|absolute/.test(getComputedStyle(p).position);
      const about = consentPlace.test(names(p)) || consentWords.test(p.getAttribute("aria-label") || "") || consentWords.test((p.innerText || "").slice(0, 4000));
      if (about && (floats || role === "dialog" || role === "alertdialog" || p.tagName === "DIALOG")) return true;
    }
    return false;
  };

  const buttons = "button, [role=button], a, input[type=button], input[type=submit], summary, [onclick], [tabindex]";
  const playText = /^(▶️?|►|⏵|play|play video|watch|watch now|start|abspielen|ansehen|lecture|lire|regarder|reproducir|ver|riproduci|assistir|afspelen|spela|odtwórz|přehrát|воспроизвести|смотреть|播放|立即播放|再生|재생)\b|^(▶️?|►|⏵|播放|再生|재생)/i;
  const playName = /(^|[-_\s])(big[-_]?)?play([-_]?(button|btn|icon|overlay|control|toggle))?([-_\s]|$)|playbutton|playbtn|jw-icon-display|plyr__control--overlaid/i;
  const notPlay = /playlist|playback|autoplay|display-|played|player-(settings|menu)|next|prev|share/i;
  const frameName = /(^|[-_\s])(video|player|movie|jwplayer|stage|poster)([-_\s]|$|[-_]?(wrap|container|box|area|holder))/i;

  const found = [];
  const offer = (kind, element, score, what) => {
    if (!tried.has(element) && seen(element)) found.push({ kind, element, score, what: what || text(element) || element.tagName.toLowerCase() });
  };
  for (const e of every(document, "button, [role=button], a, input[type=button], input[type=submit]")) {
    if (consentText.test(text(e)) && inBanner(e)) offer("consent", e, 1000 + (/all|alle|tout|todo|tutti/i.test(text(e)) ? 10 : 0));
  }
  const media = every(document, "video").filter((v) => v.paused || v.readyState === 0);
  for (const e of every(document, buttons)) {
    const t = text(e), n = names(e);
    if (notPlay.test(n) && !playText.test(t)) continue;
    const b = box(e), big = Math.min(b.width * b.height, 90000) / 1000;
    if (playText.test(t) && t.length < 30) offer("play button", e, 500 + big + (e.tagName === "A" && e.href ? -200 : 0));
    else if (playName.test(n)) offer("play button", e, 400 + big);
  }
  for (const v of media) offer("player", v, 300 + Math.min(box(v).width * box(v).height, 1e6) / 1e4, "the middle of the player");
  for (const e of every(document, "[id], [class]")) {
    const b = box(e);
    if (b.width >= 200 && b.height >= 110 && e.tagName !== "IFRAME" && frameName.test(names(e)) && !e.querySelector("video, iframe")) {
      offer("poster", e, 100 + Math.min(b.width * b.height, 1e6) / 1e4, "the middle of what looks like a player");
    }
  }
  found.sort((a, b) => b.score - a.score);
  globalThis.__found = found.slice(0, 20).map((f) => f.element);
  return found.slice(0, 20).map(({ kind, score, what }) => ({ kind, score, what }));
})()
