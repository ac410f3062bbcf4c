// This document: its title, and its media elements, shadow roots included. Runs in a world of its own.
(() => {
  const all = (root, out) => {
    for (const e of root.querySelectorAll("*")) {
      if (e instanceof HTMLMediaElement) out.push(e);
      if (e.shadowRoot) all(e.shadowRoot, out);
    }
    return out;
  };
  const players = all(document, []).map((m) => {
    const near = m.closest("[id]"); // an element has no better name
    const box = m.getBoundingClientRect();
    const duration = Number.isFinite(m.duration) ? m.duration : m.duration === Infinity ? -1 : 0;
    return {
      source: m.currentSrc || m.src || "",
      playing: !m.paused && !m.ended && m.currentTime > 0,
      loading: !m.error && m.networkState === HTMLMediaElement.NETWORK_LOADING && m.readyState < HTMLMediaElement.HAVE_CURRENT_DATA,
      duration, width: m.videoWidth || 0, height: m.videoHeight || 0,
      area: Math.max(0, box.width) * Math.max(0, box.height),
      element: (near === m ? "" : near ? "#" + near.id + " " : "") + m.localName + (near === m ? "#" + m.id : ""),
      muted: m.muted || m.volume === 0, loop: m.loop, controls: m.controls,
      error: m.error ? m.error.message || "media error " + m.error.code : "",
    };
  });
  return { title: document.title, players };
})()
