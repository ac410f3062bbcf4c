// Texts and keys that scripts put together. Each is told of once for a function, and so much in all and no more.
const whole = 4 << 20, head = 64 << 10; // what is larger than whole is told of by its head
let left = 32 << 20, items = 2000;
const told = new Set(), has = uncurry(Set.prototype.has), add = uncurry(Set.prototype.add);

const fresh = (how, text) => {
  if (items < -2000) return false;
  let one = 0, two = 0;
  for (let i = 0, n = text.length; i < n; i++) {
    const c = charCodeAt(text, i);
    one = imul(one, 31) + c | 0;
    two = imul(two ^ c, 16777619);
  }
  const key = how + text.length + ":" + one + ":" + two;
  if (has(told, key)) return false;
  const room = items > 0 && text.length <= left;
  if (!room) send({ __proto__: null, k: "cut" });
  if (room) left -= text.length;
  items--;
  add(told, key);
  return room;
};
const short = (text) => typeof text === "string" ? cut(text, 0, 2048) : "";
const where = () => inPage ? short(location.href) : "";
const tell = (how, text, all, encoding, url, type) => {
  if (fresh(how, text)) send({ __proto__: null, k: "made", how, at: where(), url: short(url), type: short(type), size: all, [encoding]: text });
};

// The test of every text comes before all else, on pages that do little but parse: no regular expression, for these leave traces in
// RegExp, and few searches.
const holds = (t) => indexOf(t, "m3u8") >= 0 || indexOf(t, "EXTM3U") >= 0 || indexOf(t, "MPD") >= 0
  || indexOf(t, ".mp") >= 0 && (indexOf(t, ".mp4") >= 0 || indexOf(t, ".mpd") >= 0) || begins(t);
const begins = (t) => {
  const c = charCodeAt(t, 0);
  return c === 0x57 ? indexOf(t, "WEBVTT") === 0 : (c === 0x3c || c === 0xfeff) && indexOf(t, "<SmoothStreamingMedia") >= 0;
};
const ofText = (t) => {
  const b = new U8(t.length);
  for (let i = 0; i < t.length; i++) b[i] = charCodeAt(t, i);
  return b;
};
const hear = (how, binary) => (text) => {
  if (typeof text !== "string" || text.length < 16) return;
  const kept = text.length > whole ? cut(text, 0, head) : text;
  if (!holds(kept)) return;
  if (binary) tell(how, base64(ofText(kept)), text.length, "b64");
  else tell(how, kept, text.length, "text");
};

const parsed = hear("JSON.parse"), decoded = hear("TextDecoder.decode"), unpacked = hear("atob", true);
wrap(JSON, "parse", { after: (_, __, a) => parsed(a[0]) });
wrapLate(globalThis.WorkerGlobalScope?.prototype ?? globalThis, "atob", { after: unpacked });
wrap(globalThis.TextDecoder?.prototype, "decode", { after: decoded });

// In a worker that waits there is no SubtleCrypto yet, but one of it.
const { subtle } = globalThis.crypto ?? {};
wrap(subtle && getPrototypeOf(subtle), "importKey", { before: (_, a) => {
  if (a[0] !== "raw") return;
  const key = bytes(a[1]), n = size(key), algorithm = a[2];
  if (n === 16) tell("importKey", base64(key), n, "b64", "", typeof algorithm === "string" ? algorithm : getOwnPropertyDescriptor(algorithm, "name")?.value);
} });

const starts = ["#EXTM3U", "WEBVTT", "ID3", "FLV\x01", "\x1a\x45\xdf\xa3", "\xff\xf1", "\xff\xf9"], boxes = ["ftyp", "styp", "moof", "moov", "sidx"];

// isMedia goes by the first bytes. Sixteen may be a key.
const isMedia = (b, all) => {
  if (all === 16) return true;
  let i = b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf ? 3 : 0;
  while (b[i] === 32 || b[i] === 9 || b[i] === 10 || b[i] === 13) i++;
  const text = latin1(part(b, i, size(b))), name = cut(text, 4, 8);
  if (text[0] === "<") return indexOf(text, "<MPD") >= 0 || indexOf(text, "<SmoothStreamingMedia") >= 0;
  const start = cut(text, 0, 8);
  for (let n = 0; n < starts.length; n++) if (indexOf(start, starts[n]) === 0) return true;
  for (let n = 0; n < boxes.length; n++) if (name === boxes[n]) return true;
  return b[0] === 0x47 && (b[188] === 0x47 || size(b) < 189) || b[4] === 0x47 && b[196] === 0x47;
};

const { Blob } = globalThis, blobSize = getter(Blob?.prototype, "size"), blobType = getter(Blob?.prototype, "type");
const slice = uncurry(Blob?.prototype.slice), arrayBuffer = uncurry(Blob?.prototype.arrayBuffer);
const read = (blob, use) => then(arrayBuffer(blob), (buffer) => { try { use(new U8(buffer)); } catch {} }, () => {});
const hearBlob = (blob, url) => {
  const all = blobSize(blob), type = blobType(blob); // throws for what is none
  const keep = (b) => tell("createObjectURL", base64(b), all, "b64", url, type);
  read(slice(blob, 0, 4096), (b) => isMedia(b, all) && read(slice(blob, 0, all > whole ? head : all), keep));
};
