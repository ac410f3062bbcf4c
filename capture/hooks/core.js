// Runs in every frame and worker before the page's own scripts, as the body of a function of name, the binding to us, and copies,
// whether appended media is wanted. It only wraps functions: nothing is left in sight of the page, no result changes, and nothing
// that goes wrong here reaches it. What a page may replace later is taken now, and iterators, which it may too, are not used; location is not touched until a script runs.
"use strict";
const report = globalThis[name];
if (typeof report !== "function") return; // it has run here before
delete globalThis[name];

const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { stringify } = JSON;
const uncurry = (f) => f && Function.prototype.call.bind(f);
const getter = (owner, key) => uncurry(owner && getOwnPropertyDescriptor(owner, key)?.get);
const indexOf = uncurry(String.prototype.indexOf), charCodeAt = uncurry(String.prototype.charCodeAt), cut = uncurry(String.prototype.slice);
const then = uncurry(Promise.prototype.then);
const U8 = Uint8Array, { fromCharCode } = String, { imul } = Math, { btoa } = globalThis;
const known = new WeakMap(), get = uncurry(WeakMap.prototype.get), set = uncurry(WeakMap.prototype.set);
const inPage = typeof Window === "function";

// Messages have no prototype, or a page that puts toJSON on Object.prototype would see them.
const send = (message) => { try { report(stringify(message)); } catch {} };

// A proxy is its target in name, length and every other property, calls included; the handler has no prototype for a page to add
// traps to. before and after hear of calls; after only of those that did not throw.
const proxied = (original, before, after) => {
  const proxy = new Proxy(original, {
    __proto__: null,
    apply(f, self, args) {
      if (before) try { before(self, args); } catch {}
      const result = apply(f, self, args);
      if (after) try { after(result, self, args); } catch {}
      return result;
    },
  });
  set(known, proxy, original);
  return proxy;
};

const wrap = (owner, key, { before, after }) => {
  const d = owner && getOwnPropertyDescriptor(owner, key);
  if (typeof d?.value !== "function" || !d.configurable) return;
  d.value = proxied(d.value, before, after);
  defineProperty(owner, key, d);
};

// Some functions of a worker come into being only after it was resumed (Chromium 156: atob). Until one is asked for, a property of the
// worker itself stands in front of its place.
const wrapLate = (owner, key, hooks) => {
  if (getOwnPropertyDescriptor(globalThis, key) || getOwnPropertyDescriptor(owner, key)) return wrap(getOwnPropertyDescriptor(owner, key) ? owner : globalThis, key, hooks);
  defineProperty(globalThis, key, {
    __proto__: null, configurable: true, enumerable: false,
    get() {
      delete globalThis[key];
      wrap(owner, key, hooks);
      return globalThis[key];
    },
    set(value) { defineProperty(globalThis, key, { __proto__: null, value, configurable: true, enumerable: true, writable: true }); },
  });
};

// A wrapped function's text is that of the function itself.
{
  const d = getOwnPropertyDescriptor(Function.prototype, "toString"), original = d.value;
  d.value = new Proxy(original, { __proto__: null, apply: (f, self, args) => apply(f, (typeof self === "function" && get(known, self)) || self, args) });
  set(known, d.value, original);
  defineProperty(Function.prototype, "toString", d);
}

const typed = getPrototypeOf(U8.prototype), { isView } = ArrayBuffer;
const fields = (owner) => ({ buffer: getter(owner, "buffer"), offset: getter(owner, "byteOffset"), length: getter(owner, "byteLength") });
const ofTyped = fields(typed), ofView = fields(DataView.prototype), tag = getter(typed, Symbol.toStringTag), ofBuffer = getter(ArrayBuffer.prototype, "byteLength");

// bytes is a window into a BufferSource (Web IDL §3.2.26); it throws for anything else.
const bytes = (source) => {
  if (!isView(source)) return new U8(source, 0, ofBuffer(source));
  const of = tag(source) === undefined ? ofView : ofTyped;
  return new U8(of.buffer(source), of.offset(source), of.length(source));
};
const size = ofTyped.length;
const part = (b, from, to) => new U8(ofTyped.buffer(b), ofTyped.offset(b) + from, to - from);
const latin1 = (b) => {
  let text = "";
  for (let i = 0, n = size(b); i < n; i += 8192) text += apply(fromCharCode, null, part(b, i, i + 8192 < n ? i + 8192 : n));
  return text;
};
const modern = uncurry(U8.prototype.toBase64);
const base64 = modern ? (b) => modern(b) : (b) => (btoa || globalThis.btoa)(latin1(b));

const ids = new WeakMap();
let lastID = 0;
const idOf = (object) => {
  let id = get(ids, object);
  if (id === undefined) set(ids, object, id = ++lastID);
  return id;
};
