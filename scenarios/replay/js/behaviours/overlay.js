// What lies over the player and can be put away: newsletters, hints to install an app, adverts before the film that may be skipped.
(kit) => {
  const button = "button, [role=button], a, input[type=button], [aria-label], [onclick], [data-dismiss], [data-bs-dismiss], [class*=close i], [id*=close i], [class*=dismiss i]";
  const closeName = /(^|[-_\s])(close|closer|btn-?close|close-?(btn|button|icon|x)|modal-?close|popup-?close|dismiss)([-_\s]|$)/i;
  const cross = (e) => /^[x×✕✖❌⨯╳]$/i.test(kit.text(e).trim().replace("\ufe0f", ""));
  const over = new Set();
  const stage = kit.stage();
  const look = (x, y) => {
    const hit = kit.at(x, y);
    if (!hit) return;
    const mine = stage ? new Set(kit.lineage(stage)) : new Set();
    const outer = kit.lineage(hit).filter((p) => !mine.has(p) && kit.above(p)).pop();
    if (!outer || outer === stage || outer.matches("video, iframe") || outer.querySelector("video") || stage && outer.contains(stage)) return;
    if (stage && kit.lineage(outer).includes(stage) && !kit.dialog(outer)) return; // the player's own controls
    over.add(outer);
  };
  const places = [{ x: 0, y: 0, width: innerWidth, height: innerHeight }];
  if (stage) places.push(kit.box(stage));
  for (const b of places) for (const i of [0.2, 0.5, 0.8]) for (const j of [0.2, 0.5, 0.8]) look(b.x + b.width * i, b.y + b.height * j);
  for (const c of over) {
    const large = kit.area(c) > innerWidth * innerHeight * 0.08;
    if (!large && !kit.dialog(c)) continue;
    let found = false;
    for (const e of kit.every(button, c).concat([c].filter((x) => x.shadowRoot).flatMap((x) => kit.every(button, x.shadowRoot)))) {
      const b = kit.box(e), c0 = kit.box(c);
      if (b.width > 400 || b.height > 120 || kit.leaves(e)) continue;
      const corner = b.width < 64 && b.height < 64 && b.top - c0.top < 80 && c0.right - b.right < 80 && !kit.text(e) && e.matches("button, [role=button]");
      const score = cross(e) ? 300 : kit.begins(e, "close", 50) && !kit.refused(e) ? 250 : closeName.test(kit.names(e)) ? 200 : corner ? 100 : 0;
      if (score) { found = true; kit.offer("overlay", e, score, { what: kit.text(e) || "close" }); }
    }
    if (!found) kit.offer("overlay", c, 10, { what: "Escape", at: "key" });
  }
  for (const e of kit.every("button, [role=button], [class*=skip i], a")) {
    if (kit.begins(e, "skip", 40) && !kit.leaves(e)) kit.offer("overlay", e, 320);
  }
}
