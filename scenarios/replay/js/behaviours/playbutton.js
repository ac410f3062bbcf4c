// Buttons to play: by what they say, by what players call them, by their names, and by a triangle in the middle of the player.
(kit) => {
  // The whole label must say so: "Play Store", "Watch later" and "Start free trial" begin well and end badly.
  const tails = new Set(kit.list("playTail"));
  const sign = /^[▶►⏵]\ufe0f?$/;
  const says = (e) => {
    if (sign.test(kit.text(e))) return true;
    const whole = kit.label(e);
    if (whole === "" || whole.length >= 60) return false;
    return kit.list("play").some((p) => {
      const rest = whole.startsWith(p) ? whole.slice(p.length) : null;
      return rest === "" || rest !== null && (/^\s*[:–—]\s/.test(rest) || /^\s/.test(rest) && rest.trim().split(/\s+/).every((w, i, all) => tails.has(w.replace(/[:–—]$/, "")) || all.slice(0, i).some((x) => /[:–—]$/.test(x))));
    });
  };
  const before = new Set(["auto", "google", "no", "not", "re", "word", "can", "has", "role", "fair", "air"]);
  const after = new Set(["button", "btn", "icon", "overlay", "control", "toggle", "now", "video", "arrow", "circle", "big", "large", "symbol", "image", "img", "pause", "center", "outline"]);
  const called = (e) => kit.names(e).split(/\s+/).some((token) => {
    const parts = token.replace(/([a-z])([A-Z])/g, "$1-$2").toLowerCase().replace(/play(button|btn|icon)/, "play-$1").split(/[-_]+/);
    const at = parts.findIndex((p) => p === "play" || p === "bigplay");
    return at >= 0 && !parts.slice(0, at).some((p) => before.has(p)) && parts.slice(at + 1).every((p) => after.has(p) || p === "");
  });
  const offer = (e, score) => {
    if (kit.aside(e) || kit.asks(e) || kit.refused(e) || kit.leaves(e) || kit.covered(e)) return;
    kit.offer("play button", e, score + Math.min(kit.area(e), 90000) / 1000);
  };
  for (const e of kit.every(kit.buttons)) {
    if (says(e)) offer(e, 500);
    else if (called(e)) offer(e, 400);
  }
  for (const e of kit.every(kit.marks.play.join(", "))) offer(e, 450);

  const stage = kit.stage();
  const b = stage && kit.box(stage);
  const central = (e) => {
    const r = kit.box(e);
    return r.width >= 20 && r.width <= 240 && r.width * r.height < b.width * b.height / 4 &&
      Math.abs(r.x + r.width / 2 - b.x - b.width / 2) < b.width * 0.12 && Math.abs(r.y + r.height / 2 - b.y - b.height / 2) < b.height * 0.15;
  };
  const corners = (points) => (points || "").trim().split(/[\s,]+/).length === 6;
  const path = (d) => /^\s*m[^a-z]+l?([^a-z]+|[lhv][^a-z]+){1,3}z?\s*$/i.test(d || "") && (d.match(/-?\d*\.?\d+/g) || []).length <= 7;
  const triangle = (e) => {
    if (e.matches("polygon")) return corners(e.getAttribute("points"));
    if (e.matches("path")) return path(e.getAttribute("d"));
    const s = getComputedStyle(e);
    return parseFloat(s.borderLeftWidth) >= 8 && parseFloat(s.borderTopWidth) >= 5 && /, 0\)$/.test(s.borderTopColor) && /, 0\)$/.test(s.borderBottomColor) && e.clientWidth === 0;
  };
  if (stage) {
    for (const e of kit.every("svg polygon, svg path, i, span, div, b, em")) {
      const r = kit.box(e);
      if (r.width > 240 || r.height > 240 || r.right < b.left || r.left > b.right || r.bottom < b.top || r.top > b.bottom || !triangle(e)) continue;
      const drawn = e.closest("svg") || e;
      const target = kit.lineage(drawn).slice(0, 4).filter((p) => central(p)).pop();
      if (target) offer(target, 300);
    }
  }
}
