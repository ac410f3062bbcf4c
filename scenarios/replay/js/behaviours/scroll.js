// What begins only when it is seen: players above or below what the window shows.
(kit) => {
  const below = (e) => { const b = kit.box(e); return b.top >= innerHeight || b.bottom <= 0; };
  const small = (e) => kit.box(e).width < 120 || kit.box(e).height < 60;
  const lazy = new Set(kit.every(kit.marks.lazy));
  for (const e of kit.every("[id], [class]")) if (kit.players.test(kit.names(e)) && kit.big(e) && !e.querySelector("video, iframe")) lazy.add(e);
  for (const e of lazy) {
    if (!below(e) || small(e) || kit.aside(e) || kit.leads(e) || e.querySelectorAll("a[href]").length >= 3) continue;
    kit.offer("scroll", e, 100 + Math.min(kit.area(e), 1e6) / 1e4, { what: `to ${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}`, shut: true });
  }
}
