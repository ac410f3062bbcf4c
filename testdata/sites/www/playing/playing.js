// What the pages of this folder share. A page is made of two templates, reason and decoys, in a shadow root when the address says ?shadow. A click on
// a decoy is told to the server; what starts the film must be clicked by a person or by what can pass for one.
const query = new URLSearchParams(location.search);
let root = document.body;
if (query.has("shadow")) {
  const host = document.body.appendChild(document.createElement("film-player"));
  root = host.attachShadow({ mode: "open" });
  root.innerHTML = '<link rel="stylesheet" href="playing.css">';
}
const one = (selector) => root.querySelector(selector);
const put = (id) => root.append(document.getElementById(id).content.cloneNode(true));
const decoyed = (what) => navigator.sendBeacon("/playing/decoy?" + encodeURIComponent(what));
root.addEventListener("click", (e) => {
  const d = e.composedPath().find((x) => x.matches && x.matches(".decoy, .decoy *"));
  if (d) { e.preventDefault(); decoyed(d.textContent.trim() || d.className); }
}, true);
const film = () => { one("#stage").innerHTML = "<video autoplay muted src=/media/film/master.m3u8></video>"; };
const clicked = (selector, then) => {
  for (const e of root.querySelectorAll(selector)) e.addEventListener("click", (event) => { if (event.isTrusted) { event.stopPropagation(); then(event); } });
};
put("decoys");
if (document.getElementById("reason")) put("reason");
