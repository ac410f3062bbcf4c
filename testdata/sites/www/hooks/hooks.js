// Makes, from a page or worker called from, one of each kind of thing that a script may put together, and holds what every function does
// against what it does where nobody listens. What differs is reported to the server.
const playlist = (from, how) => `#EXTM3U\n#EXTINF:6,${how} of ${from}\nhttps://cdn.example/${from}/${how}.ts\n`;
const keyOf = (from) => new TextEncoder().encode((from + "-0123456789abcdef").slice(0, 16));

async function make(from, origin = "") {
  const wrong = [];
  const check = (what, got, want) => { if (got !== want) wrong.push(`${what}: ${got}, not ${want}`); };
  const throws = (what, call, name) => {
    try { call(); } catch (e) { return check(what, e.name + (e instanceof Error), name + "true"); }
    wrong.push(what + " did not throw");
  };
  try {
    looks(check, throws);
    works(from, check);
    await secret(from, check);
    if (URL.createObjectURL) blobs(from, check);
    if (from === "page") {
      hostile(check);
      empty(check);
    }
  } catch (e) { wrong.push(String(e)); }
  await fetch(origin + "/hooks/done?from=" + from + "&wrong=" + encodeURIComponent(wrong.join("; ")), { method: "POST" });
}

function looks(check, throws) {
  for (const [f, name, length] of [[JSON.parse, "parse", 2], [atob, "atob", 1], [TextDecoder.prototype.decode, "decode", 0], [SubtleCrypto.prototype.importKey, "importKey", 5],
    [Function.prototype.toString, "toString", 0], [URL.createObjectURL, "createObjectURL", 1], [globalThis.MediaSource?.prototype.addSourceBuffer, "addSourceBuffer", 1]]) {
    if (!f) continue;
    check("text of " + name, Function.prototype.toString.call(f), `function ${name}() { [native code] }`);
    check("text of " + name, f + "", `function ${name}() { [native code] }`);
    check("name", f.name, name);
    check("length of " + name, f.length, length);
    check("own properties of " + name, Object.getOwnPropertyNames(f).sort().join(), "length,name");
    throws("new " + name, () => new f(), "TypeError");
  }
  const d = Object.getOwnPropertyDescriptor(JSON, "parse"), e = Object.getOwnPropertyDescriptor(TextDecoder.prototype, "decode");
  check("JSON.parse", [d.writable, d.enumerable, d.configurable].join(), "true,false,true");
  check("decode", [e.writable, e.enumerable, e.configurable].join(), "true,true,true");
  if (globalThis.WorkerGlobalScope) check("own atob", Object.hasOwn(globalThis, "atob"), false);
  check("strange names", Object.getOwnPropertyNames(globalThis).filter((n) => /^_/.test(n)).join(), "");
  throws("JSON.parse", () => JSON.parse("{"), "SyntaxError");
  throws("decode of nobody", () => TextDecoder.prototype.decode.call({}), "TypeError");
  throws("toString of nothing", () => Function.prototype.toString.call({}), "TypeError");
  try { atob("*"); check("atob", "ok", "error"); } catch (e) { check("atob", e.name, "InvalidCharacterError"); }
  if (URL.createObjectURL) throws("createObjectURL", () => URL.createObjectURL({}), "TypeError");
  class Decoder extends TextDecoder { decode(b) { return super.decode(b) + "!"; } }
  check("subclass", new Decoder().decode(new Uint8Array([65])), "A!");
}

function works(from, check) {
  const json = `{"from":"${from}","film":"https:\/\/cdn.example\/${from}.m3u8","list":[1,2]}`;
  check("parse", JSON.parse(json).list.length, 2);
  check("parse again", JSON.parse(json).from, from);
  check("reviver", JSON.parse('{"a":[1,2]}', (k, v) => typeof v === "number" ? v + 1 : v).a[1], 3);
  check("nothing of interest", JSON.parse(`{"from":"${from}","nothing":"of interest"}`).nothing, "of interest");
  check("atob", atob(btoa(playlist(from, "atob") + "\xff")), playlist(from, "atob") + "\xff");
  check("atob", atob(btoa("nothing of interest here")), "nothing of interest here");
  const mpd = `<MPD from="${from}" name="grün"/>`;
  check("decode", new TextDecoder().decode(new TextEncoder().encode(mpd)), mpd);
  const wide = Uint8Array.from(playlist(from, "wide"), (c) => c.charCodeAt(0)), view = new DataView(wide.buffer);
  check("decode of a view", new TextDecoder().decode(view), playlist(from, "wide"));
  const own = JSON.parse;
  JSON.parse = () => "mine";
  check("override", JSON.parse("{}"), "mine");
  JSON.parse = own;
}

async function secret(from, check) {
  const memory = new Uint8Array(40);
  memory.set(keyOf(from), 8);
  const key = await crypto.subtle.importKey("raw", new DataView(memory.buffer, 8, 16), { name: "AES-CBC" }, true, ["decrypt"]);
  check("key", String(new Uint8Array(await crypto.subtle.exportKey("raw", key))), String(keyOf(from)));
  check("no key", await crypto.subtle.importKey("raw", new Uint8Array(15), "AES-CBC", true, ["decrypt"]).catch((e) => e.name), "DataError");
}

function blobs(from, check) {
  const large = new Uint8Array((4 << 20) + 1);
  large.set(new TextEncoder().encode("\0\0\0\x18ftypiso6" + from));
  for (const blob of [new Blob([playlist(from, "blob")], { type: "application/x-mpegurl" }), new Blob([large], { type: "video/mp4" }), new Blob([keyOf(from)]),
    new Blob(["nothing of interest from " + from], { type: "text/plain" })]) {
    check("address", URL.createObjectURL(blob).startsWith("blob:" + location.origin), true);
  }
}

// empty uses a frame in the moment in which it is there.
function empty(check) {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  check("parse of an empty frame", frame.contentWindow.JSON.parse('{"film":"https://cdn.example/page-empty.m3u8"}').film, "https://cdn.example/page-empty.m3u8");
  check("strange names in it", Object.getOwnPropertyNames(frame.contentWindow).filter((n) => /^_/.test(n)).join(), "");
}

// hostile replaces what a careless listener would stumble over, counts who calls it, and puts it back.
function hostile(check) {
  let called = 0;
  const places = [[Object.prototype, "toJSON"], [Object.prototype, "get"], [Object.prototype, "apply"], [String.prototype, "indexOf"], [String.prototype, "slice"],
    [Array.prototype, Symbol.iterator], [JSON, "stringify"], [Reflect, "apply"], [WeakMap.prototype, "get"], [Set.prototype, "has"], [RegExp.prototype, "exec"], [Function.prototype, "call"],
    [Function.prototype, "apply"], [Promise.prototype, "then"], [Blob.prototype, "slice"], [globalThis, "btoa"], [Uint8Array.prototype, "toBase64"], [globalThis, "Uint8Array"]];
  const olds = places.map((p) => Object.getOwnPropertyDescriptor(p[0], p[1])).map((d) => d && Object.setPrototypeOf(d, null));
  const texts = [playlist("hostile", "json"), new TextEncoder().encode(playlist("hostile", "text")), new Blob([playlist("hostile", "blob")])];
  const quoted = JSON.stringify(texts[0]), packed = btoa(texts[0]), decoder = new TextDecoder(), { defineProperty } = Object;
  for (let i = 0; i < places.length; i++) defineProperty(places[i][0], places[i][1], { __proto__: null, value() { called++; throw new Error("caught"); }, configurable: true, writable: true });
  let failed = "";
  try {
    JSON.parse(quoted);
    atob(packed);
    decoder.decode(texts[1]);
    URL.createObjectURL(texts[2]);
    JSON.parse + "";
  } catch (e) { failed = e; }
  for (let i = 0; i < places.length; i++) {
    if (olds[i]) defineProperty(places[i][0], places[i][1], olds[i]);
    else delete places[i][0][places[i][1]];
  }
  check("hostile", called + String(failed), "0");
}
