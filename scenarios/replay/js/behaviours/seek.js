// A player that plays something whose beginning is all that is known: what comes later makes it load more.
(kit) => {
  for (const m of kit.every("video, audio")) {
    if (m.paused || m.ended || m.error || m.loop || !(m.duration > 4) || !Number.isFinite(m.duration) || kit.advert(m)) continue;
    kit.offer("seek", m, m.duration, { what: m.tagName.toLowerCase() + (m.id ? "#" + m.id : ""), times: 2, shut: true });
  }
}
