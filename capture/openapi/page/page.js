"use strict";
(() => {
  const root = document.documentElement;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const none = document.getElementById("none");
  const cards = [...document.querySelectorAll("main .card[data-search]")];
  const items = [...document.querySelectorAll("nav [data-search]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const operations = cards.filter((c) => c.id.startsWith("op-")).length;

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (e) => words.every((w) => e.dataset.search.includes(w));
    for (const e of [...cards, ...items]) e.hidden = !fits(e);
    for (const g of groups) g.hidden = ![...g.querySelectorAll("[data-search]")].some((e) => !e.hidden);
    const shown = cards.filter((c) => !c.hidden).length;
    found.value = words.length ? `${shown} of ${cards.length}` : `${operations} operations`;
    none.hidden = shown > 0;
  };
  search.addEventListener("input", filter);

  const reveal = () => {
    let at = null;
    try { at = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (at instanceof HTMLDetailsElement) {
      if (at.hidden) { search.value = ""; filter(); }
      at.open = true;
      at.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  document.getElementById("open").addEventListener("click", (e) => {
    const open = e.target.textContent === "Open all";
    for (const c of cards) if (!c.hidden) c.open = open;
    e.target.textContent = open ? "Close all" : "Open all";
  });
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  addEventListener("keydown", (e) => {
    const typing = e.target === search;
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "/" && !typing) { e.preventDefault(); search.focus(); search.select(); return; }
    if (e.key === "Escape" && typing) { search.value = ""; filter(); search.blur(); return; }
    if ((e.key === "j" || e.key === "k") && !typing || typing && (e.key === "ArrowDown" || e.key === "Enter")) {
      const list = cards.filter((c) => !c.hidden).map((c) => c.querySelector("summary"));
      if (!list.length) return;
      e.preventDefault();
      const now = list.indexOf(document.activeElement);
      const next = now < 0 ? 0 : Math.min(list.length - 1, Math.max(0, now + (e.key === "k" ? -1 : 1)));
      list[next].focus();
      list[next].scrollIntoView({ block: "nearest" });
    }
  });
})();
