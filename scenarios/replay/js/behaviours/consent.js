// Banners that ask for consent: the known ones by their marks, the others by what they say. To say no is preferred where it is one click too.
(kit) => {
  const place = /cookie|consent|gdpr|(^|[-_\s])cmp([-_\s]|$)|datenschutz|onetrust|didomi|cybot|truste|quantcast|usercentrics|klaro|sp_message/i;
  const page = (e) => e.querySelector("main, article, nav, video, input[type=password], input[type=email]") !== null;
  const asksConsent = (e) => { const t = e.innerText || ""; return t.length < 6000 && kit.holds(`${e.getAttribute("aria-label") || ""} ${t}`, "privacy"); };
  const tcf = kit.every("iframe[name=__tcfapiLocator], iframe[name=__cmpLocator]").length > 0;
  // A frame that holds nothing but the banner is one.
  const whole = kit.framed && document.body && !page(document.body) && asksConsent(document.body);
  const inBanner = (e) => {
    const around = kit.lineage(e).slice(1);
    if (around.some((p) => place.test(kit.names(p)) && !page(p) && (p.innerText || "").length < 6000)) return true;
    return whole || around.some((p) => kit.floats(p) && !page(p) && (asksConsent(p) || tcf && kit.above(p) && kit.dialog(p)));
  };
  const decide = (e, score, what) => {
    if (!kit.costs(e) && !kit.leads(e) && !kit.covered(e)) kit.offer("consent", e, score, { what });
  };
  for (const m of kit.marks.consent) {
    for (const e of kit.every(m.reject)) decide(e, 400, `${kit.text(e) || "no"} (${m.name})`);
    for (const e of kit.every(m.accept)) decide(e, 200, `${kit.text(e) || "yes"} (${m.name})`);
  }
  for (const e of kit.every("button, [role=button], a, input[type=button], input[type=submit]")) {
    const no = kit.begins(e, "reject");
    if (no || kit.begins(e, "accept")) {
      if (inBanner(e)) decide(e, (no ? 300 : 100) + (/\b(all|alles?|tout|todo|tutti|все)\b/i.test(kit.text(e)) ? 10 : 0), "");
    }
  }
}
