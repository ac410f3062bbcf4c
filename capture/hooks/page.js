// Runs in every frame before the page's own scripts. It only wraps functions: it keeps nothing in sight of the page
// and changes no result.
(() => {
  "use strict";
  const report = globalThis.__seineNote;
  if (typeof report !== "function") return;
  delete globalThis.__seineNote;
  const stringify = JSON.stringify, apply = Reflect.apply;
  const note = (kind, text) => { try { report(stringify({ kind, text: String(text).slice(0, 2048) })); } catch {} };
  const wrap = (owner, name, before) => {
    const original = owner && owner[name];
    if (typeof original !== "function") return;
    const wrapped = { [name](...args) { before(this, args); return apply(original, this, args); } }[name];
    Object.defineProperty(owner, name, { value: wrapped, configurable: true, writable: true, enumerable: true });
  };
  // Encrypted Media Extensions (W3C EME §3.2, §6.3): asking for a key system is not yet a use; a license request is.
  wrap(globalThis.Navigator && Navigator.prototype, "requestMediaKeySystemAccess", (_, a) => note("eme-ask", a[0]));
  wrap(globalThis.MediaKeySession && MediaKeySession.prototype, "generateRequest", (_, a) => note("eme-use", a[0]));
  wrap(globalThis.HTMLMediaElement && HTMLMediaElement.prototype, "setMediaKeys", (_, a) => a[0] && note("eme-keys", a[0]));
})();
