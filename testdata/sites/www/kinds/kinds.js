// Every kind of request that a target can make, once. Who includes it calls everyKind; its last request is for /kinds/a/json
// with kind=done.
async function everyKind(base, from) {
  const url = (type, kind, more = "") => `${base}/kinds/a/${type}?from=${from}&kind=${kind}${more}`;
  const post = (kind, body, more = {}) => fetch(url("json", kind), { method: "POST", body, ...more }).then((r) => r.text());
  const bytes = (n) => Uint8Array.from({ length: n }, (_, i) => i * 7);
  const inWindow = typeof document !== "undefined";
  const jobs = {
    json: () => fetch(url("json", "json")).then((r) => r.json()),
    binary: () => fetch(url("bin", "binary")).then((r) => r.arrayBuffer()),
    large: () => fetch(url("large", "large")).then((r) => r.arrayBuffer()),
    gzip: () => fetch(url("gz", "gzip")).then((r) => r.text()),
    blob: () => fetch(url("bin", "blob")).then((r) => r.blob()),
    clone: async () => { const r = await fetch(url("json", "clone")); await Promise.all([r.clone().text(), r.json()]); },
    status: () => fetch(url("json", "status", "&status=404")).then((r) => r.text()),
    nothing: () => fetch(url("nothing", "nothing")),
    head: () => fetch(url("json", "head"), { method: "HEAD" }),
    unread: () => fetch(url("json", "unread")).then((r) => { globalThis.unread = r; }),
    chunks: async () => { const r = (await fetch(url("chunks", "chunks"))).body.getReader(); while (!(await r.read()).done); },
    stream: async () => {
      const left = new AbortController();
      const r = (await fetch(url("sse", "stream", "&stay=1"), { signal: left.signal })).body.getReader();
      for (let text = ""; text.split("\n\n").length < 6;) text += new TextDecoder().decode((await r.read()).value);
      left.abort();
    },
    abort: async () => {
      const left = new AbortController();
      const r = (await fetch(url("slow", "abort"), { signal: left.signal })).body.getReader();
      await r.read();
      left.abort();
    },
    cut: () => fetch(url("cut", "cut")).then((r) => r.text()),
    hops: () => fetch(`${base}/kinds/hop/2?from=${from}&kind=hops&status=302`).then((r) => r.json()),
    hoppost: () => fetch(`${base}/kinds/hop/1?from=${from}&kind=hoppost&status=307`, { method: "POST", body: "kept on the way" }).then((r) => r.json()),
    cached: async () => { for (let i = 0; i < 2; i++) await (await fetch(url("cached", "cached"))).text(); },
    etag: async () => { for (let i = 0; i < 2; i++) await (await fetch(url("etag", "etag"))).text(); },
    text: () => post("text", "grüß dich"),
    posted: () => post("posted", bytes(1000)),
    postblob: () => post("postblob", new Blob([bytes(5000)])),
    postlarge: () => post("postlarge", bytes(3 << 20)),
    postform: () => post("postform", new URLSearchParams({ name: "value", other: "ä" })),
    multipart: () => {
      const form = new FormData();
      form.append("name", "value");
      form.append("file", new File([bytes(3000)], "file.bin", { type: "application/octet-stream" }));
      form.append("blob", new Blob(["text in a blob"]), "blob.txt");
      return post("multipart", form);
    },
    put: () => fetch(url("json", "put"), { method: "PUT", body: JSON.stringify({ a: 1 }), headers: { "Content-Type": "application/json" } }).then((r) => r.json()),
    remove: () => fetch(url("json", "remove"), { method: "DELETE" }).then((r) => r.json()),
    keepalive: () => post("keepalive", "stays alive", { keepalive: true }),
    dataurl: () => fetch("data:text/plain,from=" + from).then((r) => r.text()),
    bloburl: async () => fetch(URL.createObjectURL(new Blob(["a blob of " + from]))).then((r) => r.text()),
    websocket: () => new Promise((done) => {
      const ws = new WebSocket(`${base.replace("http", "ws")}/kinds/ws?from=${from}&kind=websocket`);
      ws.binaryType = "arraybuffer";
      const say = ["hello", bytes(300), "x".repeat(100000)];
      ws.onmessage = () => { const next = say.shift(); if (next === undefined) ws.close(); else ws.send(next); };
      ws.onclose = done;
    }),
  };
  if (typeof EventSource !== "undefined") {
    jobs.eventsource = () => new Promise((done) => {
      const events = new EventSource(url("sse", "eventsource", "&stay=1"));
      events.onmessage = (e) => { if (e.lastEventId === "4") { events.close(); done(); } };
    });
  }
  if (typeof XMLHttpRequest !== "undefined") {
    const xhr = (kind, type, method, body) => new Promise((done) => {
      const x = new XMLHttpRequest();
      x.open(method, url(type === "" ? "json" : "bin", kind));
      x.responseType = type;
      x.onloadend = done;
      x.send(body);
    });
    jobs.xhr = () => xhr("xhr", "", "GET");
    jobs.xhrbuffer = () => xhr("xhrbuffer", "arraybuffer", "GET");
    jobs.xhrblob = () => xhr("xhrblob", "blob", "GET");
    jobs.xhrpost = () => xhr("xhrpost", "", "POST", new Blob([bytes(2000)]));
  }
  if (typeof importScripts === "function") {
    if (!globalThis.registration) jobs.importscripts = async () => importScripts(url("js", "importscripts"));
  } else {
    jobs.module = () => import(url("js", "module"));
  }
  if (inWindow) Object.assign(jobs, windowKinds(base, from, url, bytes));
  const failed = {};
  globalThis.kindsLeft = new Set(Object.keys(jobs));
  await Promise.all(Object.entries(jobs).map(([name, job]) => job().catch((e) => { failed[name] = String(e); }).then(() => kindsLeft.delete(name))));
  return fetch(url("json", "done"), { method: "POST", body: JSON.stringify(failed), keepalive: true }).then((r) => r.text());
}

// windowKinds are those that only documents know.
function windowKinds(base, from, url, bytes) {
  const add = (name, attributes, parent = document.body) => new Promise((done) => {
    const e = Object.assign(document.createElement(name), attributes);
    e.onload = e.onerror = e.onended = done;
    parent.append(e);
  });
  const link = (kind, type, attributes) => add("link", { href: url(type, kind), ...attributes }, document.head);
  const form = (kind, enctype) => new Promise((done) => {
    const frame = Object.assign(document.createElement("iframe"), { name: "target-" + kind });
    const f = Object.assign(document.createElement("form"), { method: "POST", action: url("html", kind), enctype, target: frame.name });
    document.body.append(frame, f);
    frame.onload = done;
    f.append(Object.assign(document.createElement("input"), { name: "field", value: "välue & more" }));
    if (enctype === "multipart/form-data") {
      const file = Object.assign(document.createElement("input"), { type: "file", name: "file" });
      const list = new DataTransfer();
      list.items.add(new File([bytes(4000)], "upload.bin"));
      file.files = list.files;
      f.append(file);
    }
    f.submit();
  });
  return {
    script: () => add("script", { src: url("js", "script") }),
    style: () => link("style", "css", { rel: "stylesheet" }),
    image: () => add("img", { src: url("png", "image") }),
    imagetwice: async () => { for (let i = 0; i < 2; i++) await add("img", { src: url("png", "imagetwice") }); },
    prefetch: () => link("prefetch", "bin", { rel: "prefetch" }),
    preload: () => link("preload", "bin", { rel: "preload", as: "fetch", crossOrigin: "anonymous" }),
    modulepreload: () => link("modulepreload", "js", { rel: "modulepreload" }),
    font: () => new FontFace("F", `url(${url("woff", "font")})`).load().catch(() => {}),
    track: () => new Promise((done) => {
      const video = document.createElement("video"), track = document.createElement("track");
      Object.assign(track, { src: url("vtt", "track"), default: true, onload: done, onerror: done });
      video.append(track);
      document.body.append(video);
      track.track.mode = "showing";
    }),
    video: () => new Promise((done) => {
      const v = Object.assign(document.createElement("video"), { src: url("mp4", "video"), muted: true, preload: "auto", onloadeddata: done, onerror: done });
      document.body.append(v);
    }),
    beacon: async () => navigator.sendBeacon(url("nothing", "beacon"), "beacon of " + from),
    beaconblob: async () => navigator.sendBeacon(url("nothing", "beaconblob"), new Blob([bytes(2000)])),
    beaconform: async () => { const f = new FormData(); f.append("a", "b"); navigator.sendBeacon(url("nothing", "beaconform"), f); },
    ping: async () => {
      const frame = Object.assign(document.createElement("iframe"), { name: "pinged" });
      document.body.append(frame);
      const a = Object.assign(document.createElement("a"), { href: "about:blank#", ping: url("nothing", "ping"), target: "pinged" });
      document.body.append(a);
      a.click();
    },
    formurl: () => form("formurl", "application/x-www-form-urlencoded"),
    formdata: () => form("formdata", "multipart/form-data"),
    formplain: () => form("formplain", "text/plain"),
    object: () => add("object", { data: url("html", "object"), type: "text/html" }),
    embed: () => add("embed", { src: url("png", "embed"), type: "image/png" }),
  };
}
