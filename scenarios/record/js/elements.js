// What an element is to a person: its role, its name, the group that it stands in.

const spaced = (t) => t.replace(/\s+/g, " ").trim();
const clip = (t, n) => (t.length > n ? t.slice(0, n) : t);
const around = (e) => e.assignedSlot || (e.parentNode instanceof ShadowRoot ? e.parentNode.host : e.parentElement);
const closed = new WeakMap(); // hosts to closed shadow roots, as far as they were found
const shadowOf = (e) => e.shadowRoot || closed.get(e) || null;

const inputRoles = { button: "button", submit: "button", reset: "button", image: "button", checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox", email: "textbox", tel: "textbox", text: "textbox", url: "textbox", password: "textbox" };
const tagRoles = { BUTTON: "button", TEXTAREA: "textbox", OPTION: "option", H1: "heading", H2: "heading", H3: "heading", H4: "heading", H5: "heading", H6: "heading", IMG: "img", TABLE: "table", LI: "listitem", DIALOG: "dialog", NAV: "navigation", MAIN: "main" };
const roleOf = (e) => {
  const own = (e.getAttribute("role") || "").trim().split(/\s+/)[0];
  if (own) return own;
  switch (e.tagName) {
    case "A": case "AREA": return e.hasAttribute("href") ? "link" : "";
    case "SELECT": return e.multiple || e.size > 1 ? "listbox" : "combobox";
    case "INPUT": return e.hasAttribute("list") && /^(text|search|email|tel|url)$/.test(e.type) ? "combobox" : inputRoles[e.type] || "";
    case "IMG": return e.alt ? "image" : "";
  }
  return tagRoles[e.tagName] || "";
};
const unseen = (e) => e.hidden || e.getAttribute("aria-hidden") === "true" || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(e.tagName);
const contentName = (n, depth = 0) => {
  if (n.nodeType === 3) return n.data;
  if (n.nodeType !== 1 || unseen(n) || depth > 12) return "";
  if (depth) {
    const label = n.getAttribute("aria-label");
    if (label) return " " + label + " ";
    if (n.tagName === "IMG") return " " + (n.alt || "") + " ";
    if (n.tagName === "INPUT") return /^(button|submit|reset)$/.test(n.type) ? n.value : "";
    if (n.tagName === "SELECT" || n.tagName === "TEXTAREA") return "";
  }
  let t = "";
  const inner = /^(SPAN|B|I|EM|STRONG|SMALL|U|S|A|CODE|MARK|SUB|SUP|LABEL|TIME)$/.test(n.tagName);
  for (const c of n.childNodes) { t += contentName(c, depth + 1); if (t.length > 400) break; }
  return inner || !depth ? t : " " + t + " ";
};
const byIds = (e, ids) => ids.split(/\s+/).map((id) => { const l = e.getRootNode().getElementById?.(id); return l ? contentName(l) : ""; }).join(" ");
const labelText = (e) => {
  const list = e.labels ? [...e.labels] : [];
  return list.map((l) => { let t = ""; for (const c of l.childNodes) t += c === e || c.nodeType === 1 && c.contains(e) && c.matches("input,select,textarea") ? "" : contentName(c, 1); return t; }).join(" ");
};
const fromContent = /^(button|link|heading|option|menuitem|menuitemcheckbox|menuitemradio|tab|treeitem|checkbox|radio|switch|cell|gridcell|columnheader|rowheader|row|tooltip)$/;
const nameOf = (e) => {
  const by = e.getAttribute("aria-labelledby");
  let t = by ? spaced(byIds(e, by)) : "";
  t ||= spaced(e.getAttribute("aria-label") || "");
  if (!t && e.labels && e.labels.length) t = spaced(labelText(e));
  if (!t && e.tagName === "INPUT" && /^(button|submit|reset)$/.test(e.type)) t = spaced(e.value) || { submit: "Submit", reset: "Reset" }[e.type] || "";
  if (!t && (e.tagName === "IMG" || e.tagName === "AREA" || e.tagName === "INPUT" && e.type === "image")) t = spaced(e.alt || "");
  if (!t && fromContent.test(roleOf(e)) && !/^(INPUT|SELECT)$/.test(e.tagName)) t = spaced(contentName(e));
  if (!t) t = spaced(e.getAttribute("title") || "");
  if (!t && /^(INPUT|TEXTAREA)$/.test(e.tagName)) t = spaced(e.getAttribute("placeholder") || "");
  return t;
};
// What a person calls a field, for the name of an input.
const calledOf = (e) => clip(nameOf(e) || spaced(e.getAttribute("name") || "") || (generated(e.id) ? "" : e.id) || e.tagName.toLowerCase(), 80);

const groupOf = (e) => {
  for (let p = e, n = 0; p && n < 40; p = around(p), n++) {
    if (p.matches("fieldset, form, dialog, [role=dialog], [role=alertdialog], [role=search], [role=form], nav, [role=navigation]")) {
      const legend = p.tagName === "FIELDSET" ? p.querySelector(":scope > legend") : null;
      const named = spaced((legend && legend.textContent) || p.getAttribute("aria-label") || (p.getAttribute("aria-labelledby") ? byIds(p, p.getAttribute("aria-labelledby")) : "") || p.querySelector("h1, h2, h3, h4")?.textContent || "");
      if (named && named.length <= 60) return named;
    }
  }
  return "";
};

// What a person meant who pointed at something inside it.
const pressable = "a[href], button, input, select, textarea, label, summary, option, [role=button], [role=link], [role=menuitem], [role=menuitemcheckbox], [role=menuitemradio], [role=tab], [role=option], [role=checkbox], [role=radio], [role=switch], [role=treeitem], [contenteditable=''], [contenteditable=true]";
const meant = (e) => {
  for (let p = e, n = 0; p && n < 8; p = around(p), n++) if (p.matches(pressable)) return p;
  if (e instanceof SVGElement && e.ownerSVGElement) {
    const svg = e.ownerSVGElement;
    return svg.id || svg.classList.length || !svg.parentElement ? svg : svg.parentElement;
  }
  return e;
};

const secretWords = /^(current-password|new-password|one-time-code|cc-number|cc-csc)$/;
const secretNames = /(^|[-_.\s])(passwords?|passwd|passphrase|pwd|otp|totp|2fa|mfa|pin|cvc|cvv|one[-_ ]?time([-_ ]?(code|password))?|verification[-_ ]?code|security[-_ ]?code)([-_.\s]|$)/i;
const everSecret = new WeakSet();
const secret = (e) => {
  if (!/^(INPUT|TEXTAREA)$/.test(e.tagName)) return false;
  const is = e.type === "password" || (e.getAttribute("autocomplete") || "").split(/\s+/).some((w) => secretWords.test(w)) || secretNames.test(e.name || "") || secretNames.test(e.id || "");
  if (is) everSecret.add(e);
  return is || everSecret.has(e);
};
const editable = (e) => e.isContentEditable || e.tagName === "TEXTAREA" || e.tagName === "INPUT" && /^(text|url|tel|search|password|number|email)$/.test(e.type);
const host = (e) => { // of what is edited
  if (!e.isContentEditable) return e;
  let h = e;
  while (h.parentElement && h.parentElement.isContentEditable) h = h.parentElement;
  return h;
};
