// A player that has its film and does not play it, whatever was clicked.
(kit) => {
  for (const m of kit.every("video, audio")) {
    const source = m.currentSrc || m.src || m.srcObject || m.querySelector("source[src]");
    if (!source || !m.paused || m.ended || m.error || kit.advert(m)) continue;
    if (m.tagName === "VIDEO" && (kit.box(m).width < 100 || kit.box(m).height < 60)) continue;
    kit.offer("muted start", m, 1 + kit.area(m), { what: m.tagName.toLowerCase() + (m.id ? "#" + m.id : ""), shut: true });
  }
}
