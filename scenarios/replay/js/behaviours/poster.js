// What looks like a player, and has none in it yet: a click on its middle.
(kit) => {
  for (const e of kit.every("[id], [class]")) {
    if (!kit.big(e) || e.tagName === "IFRAME" || !kit.players.test(kit.names(e)) || kit.aside(e)) continue;
    if (e.querySelector("video, iframe, form") || e.querySelectorAll("a[href]").length >= 3 || kit.leaves(e) || kit.covered(e)) continue;
    kit.offer("poster", e, Math.min(kit.area(e), 1e6) / 1e4, { what: "the middle of what looks like a player" });
  }
}
