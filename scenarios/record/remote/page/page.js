"use strict";
history.replaceState(null, "", "/"); // the token is spent, and nobody's business
const $ = (id) => document.getElementById(id);
const canvas = $("picture"), keys = $("keys"), word = $("word"), draw = canvas.getContext("2d");
const socket = new WebSocket("ws://" + location.host + "/live");
socket.binaryType = "blob";
const say = (m) => { if (socket.readyState === 1) socket.send(JSON.stringify(m)); };
let ended = false, answered = 0, state = { pages: [], steps: [] };
const end = (text) => { if (!ended) { ended = true; word.textContent = text; document.body.classList.add("paused"); $("mode").textContent = "Ended"; } };
socket.onopen = () => { word.textContent = ""; keys.focus(); };
socket.onclose = () => end("The recording has ended, or is shown elsewhere.");

// Pictures. The next one comes when this one has been shown.
socket.onmessage = async (e) => {
  if (typeof e.data === "string") { show(JSON.parse(e.data)); return; }
  try {
    const image = await createImageBitmap(e.data);
    if (canvas.width !== image.width || canvas.height !== image.height) { canvas.width = image.width; canvas.height = image.height; }
    draw.drawImage(image, 0, 0);
    image.close();
    canvas.dataset.frames = Number(canvas.dataset.frames || 0) + 1;
  } finally { say({ t: "seen" }); }
};

const show = (s) => {
  const before = state;
  state = s;
  const url = s.pages[s.on] || "";
  if (document.activeElement !== $("address") || before.pages[before.on] !== url) $("address").value = url === "about:blank" ? "" : url;
  $("pages").hidden = s.pages.length < 2;
  $("pages").replaceChildren(...s.pages.map((u, i) => new Option((i ? "Popup: " : "Page: ") + (u || "…"), i, false, i === s.on)));
  document.body.classList.toggle("paused", s.paused);
  $("wrong").textContent = s.word;
  $("mode").textContent = s.paused ? "Paused" : "Recording";
  $("pause").textContent = s.paused ? "Go on" : "Pause";
  $("pause").ariaPressed = String(s.paused);
  const list = $("steps"), same = s.steps.findIndex((t, i) => list.children[i]?.textContent !== t);
  const keep = same < 0 ? s.steps.length : same;
  while (list.children.length > keep) list.lastChild.remove();
  for (const t of s.steps.slice(keep)) list.append(Object.assign(document.createElement("li"), { textContent: t }));
  if (same >= 0) list.scrollTop = list.scrollHeight;
  showPicker(s);
  const d = $("dialog");
  if (s.dialog && !d.open && s.dialog.number !== answered) {
    $("message").textContent = s.dialog.type === "beforeunload" ? "Leave this page? What was changed may not be saved." : s.dialog.message;
    $("answer").hidden = s.dialog.type !== "prompt";
    $("answer").value = s.dialog.defaultPrompt;
    $("no").hidden = s.dialog.type === "alert";
    d.dataset.number = s.dialog.number;
    d.showModal();
  } else if (d.open && s.dialog?.number !== Number(d.dataset.number)) { d.close(); keys.focus(); show(s); }
};
const answer = (e, yes) => { // at once: the news that it is closed may come later than other news
  e.preventDefault();
  answered = Number($("dialog").dataset.number);
  $("dialog").close();
  say({ t: "dialog", yes, v: $("answer").value });
  keys.focus();
};
$("answer").onkeydown = (e) => { if (e.key === "Enter" && !e.isComposing) answer(e, true); };
$("yes").onclick = (e) => answer(e, true);
$("no").onclick = (e) => answer(e, false);
$("dialog").oncancel = (e) => answer(e, $("no").hidden);

// Lists, pickers and file choosers, which are in no picture. What the page waits for is shown here.
const picker = $("picker");
let left = 0; // the last one that was answered
const fieldOf = (p) => {
  if (p.kind !== "select") return Object.assign(document.createElement("input"), { type: p.kind, value: p.value, ...Object.fromEntries(Object.entries({ min: p.items[0].min, max: p.items[0].max, step: p.items[0].step }).filter(([, v]) => v)) });
  const list = Object.assign(document.createElement("select"), { size: Math.max(2, Math.min(12, p.items.length)) }), groups = new Map();
  for (const o of p.items) {
    if (o.group && !groups.has(o.group)) groups.set(o.group, list.appendChild(Object.assign(document.createElement("optgroup"), { label: o.group })));
    (groups.get(o.group) || list).append(Object.assign(new Option(o.label, o.i, false, o.on), { disabled: o.off }));
  }
  list.onclick = (e) => { if (e.target.tagName === "OPTION" && !e.target.disabled) $("pick").form.requestSubmit(); };
  list.ondblclick = (e) => e.stopPropagation();
  return list;
};
const showPicker = (s) => {
  const p = s.picker || s.chooser;
  if (picker.open && picker.dataset.number !== String(p?.number)) { picker.close(); keys.focus(); }
  if (!p || picker.open || p.number === left) return;
  picker.dataset.number = p.number;
  picker.dataset.file = p === s.chooser ? "1" : "";
  $("failed").textContent = "";
  $("pick").disabled = false;
  $("what").textContent = p === s.chooser ? (p.multiple ? "The page wants files. They are sent to the machine that records, for as long as that lasts." : "The page wants a file. It is sent to the machine that records, for as long as that lasts.") : p.label || "Choose";
  const field = p === s.chooser ? Object.assign(document.createElement("input"), { type: "file", multiple: p.multiple }) : fieldOf(p);
  field.setAttribute("aria-labelledby", "what");
  field.onkeydown = (e) => { if (e.key === "Enter" && !e.isComposing && field.type !== "file") { e.preventDefault(); $("pick").form.requestSubmit(); } };
  $("field").replaceChildren(field);
  picker.showModal();
  field.focus();
};
const donePicking = (m) => {
  left = Number(picker.dataset.number);
  picker.close();
  say({ no: left, ...m });
  keys.focus();
};
const send = async (files, number) => {
  for (const f of files) {
    const answer = await fetch("/upload?chooser=" + number + "&name=" + encodeURIComponent(f.name), { method: "POST", body: f });
    if (!answer.ok) throw new Error(await answer.text());
  }
};
picker.querySelector("form").onsubmit = async (e) => {
  e.preventDefault();
  const field = $("field").firstChild;
  if (!picker.dataset.file) {
    if (field.selectedOptions?.[0]?.disabled) donePicking({ t: "leave" });
    else if (field.reportValidity()) donePicking({ t: "pick", i: Number(field.value) || 0, v: field.value });
    return;
  }
  $("pick").disabled = true;
  try {
    await send(field.files, picker.dataset.number);
    donePicking({ t: "chosen" });
  } catch (wrong) {
    $("failed").textContent = wrong.message;
    $("pick").disabled = false;
  }
};
const leave = (e) => { e.preventDefault(); donePicking({ t: picker.dataset.file ? "unchosen" : "leave" }); };
$("leave").onclick = leave;
picker.oncancel = leave;

// The pointer. Places are parts of the picture, which is shown larger or smaller than it is.
const mods = (e) => (e.altKey ? 1 : 0) | (e.ctrlKey ? 2 : 0) | (e.metaKey ? 4 : 0) | (e.shiftKey ? 8 : 0);
const place = (e) => { const b = canvas.getBoundingClientRect(); return { x: (e.clientX - b.left) / b.width, y: (e.clientY - b.top) / b.height, m: mods(e), bs: e.buttons }; };
let moved = null, drag = false;
const flush = () => { if (moved) { say(moved); moved = null; } };
addEventListener("mousemove", (e) => {
  if (picking || e.target !== canvas && !drag) return;
  if (!moved) requestAnimationFrame(flush);
  moved = { t: "mouse", k: "move", ...place(e) };
});
let picking = false;
const pick = (on) => { picking = on; document.body.classList.toggle("picking", on); $("assert").ariaPressed = String(on); };
$("assert").onclick = () => pick(!picking);
addEventListener("keydown", (e) => { if (picking && e.key === "Escape") { e.preventDefault(); e.stopImmediatePropagation(); pick(false); } }, true);
canvas.addEventListener("mousedown", (e) => {
  if (!picking) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  pick(false);
  say({ t: "assert", ...place(e) });
});
canvas.addEventListener("mousedown", (e) => { e.preventDefault(); keys.focus(); drag = true; flush(); say({ t: "mouse", k: "down", b: e.button, n: e.detail, ...place(e) }); });
addEventListener("mouseup", (e) => { if (!drag) return; drag = e.buttons !== 0; e.preventDefault(); flush(); say({ t: "mouse", k: "up", b: e.button, n: e.detail, ...place(e) }); });
canvas.addEventListener("contextmenu", (e) => e.preventDefault());
canvas.addEventListener("auxclick", (e) => e.preventDefault());
canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  const unit = [1, 16, canvas.height][e.deltaMode];
  flush();
  say({ t: "wheel", dx: e.deltaX * unit, dy: e.deltaY * unit, ...place(e) });
}, { passive: false });

// Keys. What a method of input composes comes as text, and so does what is pasted.
const key = (k, e) => {
  const writes = e.key.length === 1 && (!(e.ctrlKey || e.metaKey || e.altKey) || e.getModifierState("AltGraph"));
  say({ t: "key", k, key: e.key, code: e.code, vk: e.keyCode, loc: e.location, rep: e.repeat, m: e.getModifierState("AltGraph") ? mods(e) & 12 : mods(e), v: writes ? e.key : "" });
};
keys.addEventListener("keydown", (e) => {
  if (e.isComposing || e.keyCode === 229 || e.key === "Dead") return;
  if (e.key === "F6") { e.preventDefault(); $("address").select(); return; }
  if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "v") return; // paste follows
  e.preventDefault();
  key("down", e);
});
keys.addEventListener("keyup", (e) => { if (!e.isComposing && e.keyCode !== 229 && e.key !== "F6") { e.preventDefault(); key("up", e); } });
const text = (t) => { // in pieces, none of which ends within a sign
  const signs = Array.from(t.replace(/\r\n?/g, "\n"));
  for (let i = 0; i < signs.length; i += 4000) say({ t: "text", v: signs.slice(i, i + 4000).join("") });
};
keys.addEventListener("paste", (e) => { e.preventDefault(); text(e.clipboardData.getData("text/plain")); });
keys.addEventListener("compositionupdate", (e) => say({ t: "compose", v: e.data }));
keys.addEventListener("compositionend", (e) => { say({ t: "text", v: e.data }); keys.value = ""; });
keys.addEventListener("input", (e) => { if (!e.isComposing && keys.value && e.inputType !== "insertCompositionText") text(keys.value); if (!e.isComposing) keys.value = ""; });

for (const what of ["back", "forward", "reload", "undo"]) $(what).onclick = () => say({ t: what });
$("go").onsubmit = (e) => { e.preventDefault(); say({ t: "go", v: $("address").value }); keys.focus(); };
$("pages").onchange = () => say({ t: "page", i: Number($("pages").value) });
$("pause").onclick = () => say({ t: "pause", yes: !state.paused });
$("stop").onclick = () => { say({ t: "stop" }); end("The recording is being written. This page can be closed."); };
