// Pictures that a click replaces by the frame of a player, and buttons that load what privacy has held back.
(kit) => {
  for (const e of kit.every(kit.buttons)) {
    if (kit.begins(e, "load", 50) && !kit.refused(e) && !kit.aside(e) && !kit.leaves(e)) kit.offer("embed", e, 1000);
  }
  for (const e of kit.every(kit.marks.embeds)) {
    const b = kit.box(e);
    if (b.width < 120 || b.height < 80 || e.querySelector("iframe, video") || e.shadowRoot?.querySelector("iframe, video")) continue;
    if (e.tagName === "IFRAME" || kit.aside(e) || kit.leaves(e) || kit.covered(e)) continue;
    kit.offer("embed", e, Math.min(kit.area(e), 9e5) / 1e3, { what: `${e.tagName.toLowerCase()}, which a click replaces` });
  }
}
