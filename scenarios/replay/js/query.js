// Finds what one of the selectors means: [[part, part], …]; each part is searched in what the one before it found, or in its shadow
// root. Keeps the elements in __found and answers how many there are.
((selectors, visible) => {
  const seen = (e) => {
    const b = e.getBoundingClientRect(), s = getComputedStyle(e);
    return b.width > 0 && b.height > 0 && s.visibility !== "hidden";
  };
  for (const parts of selectors) {
    let roots = [document];
    for (const part of parts) roots = roots.flatMap((r) => [...(r.shadowRoot || r).querySelectorAll(part)]);
    const hits = roots.filter((e) => !visible || seen(e));
    if (hits.length) { globalThis.__found = hits; return hits.length; }
  }
  globalThis.__found = [];
  return 0;
})
