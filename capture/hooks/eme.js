// Encrypted Media Extensions (W3C EME §3.2, §6.3): asking for a key system is not yet a use; a license request is.
const note = (kind, text) => send({ __proto__: null, k: "note", kind, text: short(text) });
wrap(globalThis.Navigator?.prototype, "requestMediaKeySystemAccess", { before: (_, a) => note("eme-ask", a[0]) });
wrap(globalThis.MediaKeySession?.prototype, "generateRequest", { before: (_, a) => note("eme-use", a[0]) });
wrap(globalThis.HTMLMediaElement?.prototype, "setMediaKeys", { before: (_, a) => a[0] && note("eme-keys", "MediaKeys") });
