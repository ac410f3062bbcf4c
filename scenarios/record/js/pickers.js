// Lists and pickers that Chrome draws beside the page, where no picture shows them: whoever shows the browser elsewhere is told of the one that
// is open, and sets it from there.

const pickable = 'select, input:is([type="date"], [type="time"], [type="month"], [type="week"], [type="datetime-local"], [type="color"])';
const mostOptions = 1000;
let picker = null;
const isOpen = (t) => { try { return t.isConnected && t.matches(":open"); } catch { return false; } };
// An option that can be chosen; disabled and hidden ones are passed over.
const listed = (o) => getComputedStyle(o).display !== "none";
const choosable = (o) => !o.disabled && !o.parentElement?.closest("optgroup:disabled") && listed(o);
const lookForPicker = (e) => { const t = target(e, e.type === "click" && e.detail ? e : null); setTimeout(() => openPicker(t)); };
const openPicker = (t) => {
  if (picker && !isOpen(picker)) { picker = null; send({ k: "picker" }); }
  if (!t || t === picker || !t.matches(pickable) || !isOpen(t)) return;
  picker = t;
  const m = { k: "picker", el: { r: number(t) }, kind: t.tagName === "SELECT" ? "select" : t.type, title: document.title, v: t.value, label: clip(nameOf(t) || calledOf(t) || "", 80) };
  if (m.kind === "select") m.list = [...t.options].map((o, i) => listed(o) && ({ i, label: clip(spaced(o.label || o.text), 100), group: clip(o.parentElement.label || "", 100), on: o.selected, off: !choosable(o) })).filter(Boolean).slice(0, mostOptions);
  else m.list = [{ min: t.min, max: t.max, step: t.step }];
  send(m);
};
// How often Arrow down is struck from the first option on to come to another one; -1: it is not to be had.
const downTo = (t, index) => {
  const o = t.options?.[index];
  if (!o || !isOpen(t) || !choosable(o)) return -1;
  return [...t.options].filter(choosable).indexOf(o);
};
// Gives a field a value in place of its picker, as that does: the site hears of it.
const setByPicker = (t, value) => {
  const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  own.set.call(t, value);
  if (t.value !== value) return "it does not take the value";
  t.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  t.dispatchEvent(new Event("change", { bubbles: true }));
  report(t);
  return "";
};
