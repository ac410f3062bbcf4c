// The player itself: a click on its middle.
(kit) => {
  for (const v of kit.every("video")) {
    if (!v.paused && v.readyState > 0 || kit.advert(v) || kit.leaves(v) || kit.covered(v)) continue;
    kit.offer("player", v, Math.min(kit.area(v), 1e6) / 1e4, { what: "the middle of the player" });
  }
}
