// Gates that ask how old one is: a button to say so, or a date of birth.
(kit) => {
  const place = /age[-_]?(gate|check|verif\w*|restrict\w*|confirm\w*|modal|popup|wall)|(adult|over18|over-18|alterscheck|altersabfrage)/i;
  const most = 2500; // letters of a page that is all gate
  const login = (e) => e.querySelector("input[type=password], input[type=email], input[type=search], input[type=file]") !== null;
  const about = (e) => { const t = e.innerText || ""; return t.length < most && kit.holds(t, "adult") && !login(e); };
  const gate = (e) => {
    const around = kit.lineage(e).slice(1);
    return around.find((p) => place.test(kit.names(p)) && !login(p)) || around.filter((p) => kit.floats(p) && about(p)).pop() ||
      (document.body && about(document.body) && !document.body.querySelector("video, nav") ? document.body : null);
  };

  // What of a date a field asks for, by all that names it, or by what there is to choose.
  const named = {
    whole: /\b(dob|bday|birth-?date|date-?of-?birth|geburtsdatum|birthday)\b/i,
    day: /\b(day|dd|tag|jour|d[ií]a|giorno|dzień|день|dag|gün)\b|日|يوم|[-_[](day|dd|d)(\b|\])|day$/i,
    month: /\b(month|mm|monat|mois|mes|mese|m[êe]s|miesiąc|месяц|maand|ay)\b|月|شهر|[-_[](month|mm|m)(\b|\])|month$/i,
    year: /\b(year|yyyy|jahr|ann[ée]e|año|anno|ano|rok|год|jaar|yıl|jjjj|aaaa)\b|年|سنة|[-_[](year|yyyy|y)(\b|\])|year$/i,
    age: /\b(age|alter|[âa]ge|edad|età|idade|wiek|возраст|leeftijd|yaş)\b|年齢|年龄|العمر/i,
  };
  const born = { day: 15, month: 6, year: 1990, age: 35 };
  const part = (e) => {
    if (e.type === "date") return "whole";
    if (e.tagName === "SELECT") {
      const values = [...e.options].map((o) => o.text.trim() || o.value);
      if (values.some((t) => /\b1990\b/.test(t))) return "year";
      const real = [...e.options].filter((o) => o.value !== "" && !o.disabled).length;
      return real === 12 ? "month" : real >= 28 && real <= 31 ? "day" : "";
    }
    const key = [e.name, e.id, e.placeholder, e.getAttribute("aria-label"), e.autocomplete, e.labels?.[0]?.innerText].filter(Boolean).join(" ");
    if (/^\W*[dmyjta]{1,4}\W[dmyjta]{1,4}\W[dmyjta]{2,4}\W*$/i.test(e.placeholder || "")) return "whole";
    return ["year", "month", "day", "whole", "age"].find((p) => named[p].test(key)) || (e.maxLength === 4 ? "year" : "");
  };
  const chosen = (e, p) => {
    const real = [...e.options].filter((o) => o.value !== "" && !o.disabled);
    if (p === "month") return real[born.month - 1];
    return real.find((o) => Number(o.text.trim()) === born[p] || Number(o.value) === born[p]);
  };
  const two = (n) => String(n).padStart(2, "0");
  const written = (e, p) => {
    if (p !== "whole") return p === "age" || p === "year" ? String(born[p]) : two(born[p]);
    if (e.type === "date") return `${born.year}-${two(born.month)}-${two(born.day)}`;
    const values = { d: two(born.day), t: two(born.day), j: two(born.day), m: two(born.month), y: String(born.year), a: String(born.year) };
    return (e.placeholder || "DD/MM/YYYY").replace(/[a-z]+/gi, (w) => (/^(jjjj|yyyy|yy)$/i.test(w) ? String(born.year) : values[w[0].toLowerCase()] || w));
  };
  const fieldsOf = (c) => {
    const fields = [];
    for (const e of kit.every("select, input", c)) {
      if (!kit.visible(e) || e.disabled || e.readOnly) continue;
      if (e.type === "checkbox") { if (!e.checked && !kit.holds(e.labels?.[0]?.innerText || "", "never")) fields.push({ element: e, how: "click" }); continue; }
      if (e.tagName !== "SELECT" && !["text", "tel", "number", "date"].includes(e.type)) continue;
      const p = part(e);
      if (!p) continue;
      if (e.tagName === "SELECT") fields.push({ element: e, how: "choose", value: chosen(e, p)?.value, date: true });
      else fields.push({ element: e, how: e.type === "date" ? "choose" : "type", value: written(e, p), date: true });
    }
    return fields;
  };
  kit.state.choose = (i) => { // what a person picks from a list that Chrome draws outside of the page
    for (const f of kit.state.fields[i]) {
      if (f.how !== "choose" || f.value === undefined) continue;
      f.element.value = f.value;
      for (const type of ["input", "change"]) f.element.dispatchEvent(new Event(type, { bubbles: true }));
    }
    const rest = kit.state.fields[i].filter((f) => f.how !== "choose");
    globalThis.__fields = rest.map((f) => f.element);
    return rest.map((f) => (f.how === "type" ? f.value : ""));
  };

  const minor = (e) => kit.begins(e, "minor", 80) || /\b(under|unter|moins|menor|младше|jünger)\b|未満|未满/i.test(kit.label(e));
  for (const e of kit.every("button, [role=button], a, input[type=button], input[type=submit]")) {
        const t = kit.label(e), says = /(^|\D)(1[6-9]|2[01])(\D|$)/.test(t) && t.length < 60;
    const yes = kit.begins(e, "enter", 60);
    const submits = e.type === "submit" && e.form;
    if (!says && !yes && !submits || !kit.visible(e) || kit.leads(e) || kit.refused(e) || minor(e) || kit.aside(e) || kit.covered(e)) continue;
    const c = gate(e);
    if (!c) continue;
    const fields = fieldsOf(c), dates = fields.some((f) => f.date);
    const own = c === document.body ? 0 : 50;
    if (dates) kit.offer("age gate", e, 300 + own + (submits ? 20 : 0) + (yes ? 10 : 0), { fields, shut: true, what: `${kit.text(e)}, born 15 June 1990` });
    else if (says || yes) kit.offer("age gate", e, (says ? 200 : 100) + own, { fields, shut: fields.length > 0 });
  }
}
