// Plays the media element of this document that has the given source ("": the first one without, which a worker feeds) as fast as it goes
// without being heard, from seek on if that is no less than 0, and tells how it is.
((source, seek) => {
  const all = (root, out) => {
    for (const e of root.querySelectorAll("*")) {
      if (e instanceof HTMLMediaElement) out.push(e);
      if (e.shadowRoot) all(e.shadowRoot, out);
    }
    return out;
  };
  const m = all(document, []).find((m) => source ? (m.currentSrc || m.src) === source : !m.currentSrc && !m.src && m.readyState > 0);
  if (!m) return { gone: true };
  if (!m.muted) m.muted = true;
  if (m.playbackRate !== 16) try { m.playbackRate = 16; } catch {}
  if (seek >= 0) m.currentTime = seek;
  if (m.paused && !m.ended) m.play().catch(() => {});
  const ranges = (r) => Array.from({ length: r.length }, (_, i) => [r.start(i), r.end(i)]);
  const end = (n) => Number.isFinite(n) ? n : n === Infinity ? -1 : 0;
  return {
    at: m.currentTime, ended: m.ended, duration: end(m.duration), begin: m.seekable.length ? m.seekable.start(0) : 0,
    buffered: ranges(m.buffered), error: m.error ? m.error.message || "media error " + m.error.code : "",
  };
})
