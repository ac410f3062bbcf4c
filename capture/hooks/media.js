// Media Source Extensions: what feeds which element, and how much of it. With copies, all of it.
const source = globalThis.MediaSource?.prototype, buffer = globalThis.SourceBuffer?.prototype, state = getter(source, "readyState");
const isSource = (object) => { try { state(object); return true; } catch { return false; } };
const tellSource = (object, url) => send({ __proto__: null, k: "source", ms: idOf(object), at: where(), url: short(url) });

wrap(globalThis.URL, "createObjectURL", { after: (url, _, a) => isSource(a[0]) ? tellSource(a[0], url) : hearBlob(a[0], url) });
wrap(source, "addSourceBuffer", { after: (made, self, a) =>
  send({ __proto__: null, k: "buffer", ms: idOf(self), sb: idOf(made), at: where(), type: short(a[0]) }) });
wrap(buffer, "changeType", { after: (_, self, a) => send({ __proto__: null, k: "change", sb: idOf(self), type: short(a[0]) }) });
wrap(buffer, "abort", { after: (_, self) => copies && send({ __proto__: null, k: "abort", sb: idOf(self) }) });

const mode = getter(buffer, "mode"), offset = getter(buffer, "timestampOffset");
const from = getter(buffer, "appendWindowStart"), to = getter(buffer, "appendWindowEnd");
const piece = 384 << 10; // bytes in one message, 512 KiB as Base64
wrap(buffer, "appendBuffer", { after: (_, self, a) => {
  const b = bytes(a[0]), n = size(b), end = to(self);
  const message = { __proto__: null, k: "append", sb: idOf(self), n };
  if (!copies) return send(message);
  message.offset = offset(self);
  message.sequence = mode(self) === "sequence";
  message.from = from(self);
  message.to = end === Infinity ? -1 : end;
  // At once and in order: the page may use its memory again, and nothing is held here.
  message.b64 = base64(part(b, 0, n < piece ? n : piece));
  send(message);
  for (let i = piece; i < n; i += piece) send({ __proto__: null, k: "more", sb: idOf(self), b64: base64(part(b, i, n < i + piece ? n : i + piece)) });
} });
