// Plays a film with the player that the query names: ?player=plyr&src=/media/film/master.m3u8. With click=1 only when somebody asks.
const query = new URLSearchParams(location.search);
const stage = document.getElementById("stage");

function script(src) {
  return new Promise((done, failed) => {
    const s = document.createElement("script");
    s.onload = done;
    s.onerror = () => failed(new Error(src));
    s.src = src;
    document.head.append(s);
  });
}

function video(attributes = {}) {
  const v = document.createElement("video");
  v.muted = v.autoplay = v.controls = true;
  for (const [k, value] of Object.entries(attributes)) v.setAttribute(k, value);
  stage.replaceChildren(v);
  return v;
}

const hlsjs = "/npm/hls.js/dist/hls.min.js";

const players = {
  async "native"(src) { video().src = src; },
  async "hls.js"(src, v) {
    await script(hlsjs);
    const hls = new Hls({ enableWorker: query.has("worker") });
    hls.loadSource(src);
    hls.attachMedia(v || video());
  },
  async "video.js"(src) {
    await script("/npm/video.js/dist/video.min.js");
    const v = video({ class: "video-js", id: "film", width: 640, height: 360 });
    const p = videojs(v, { muted: true, autoplay: true, html5: { vhs: { overrideNative: true }, nativeAudioTracks: false, nativeVideoTracks: false } });
    p.src({ src, type: src.includes(".mpd") ? "application/dash+xml" : "application/x-mpegURL" });
  },
  async "shaka-player"(src) {
    await script("/npm/shaka-player/dist/shaka-player.compiled.js");
    shaka.polyfill.installAll();
    const p = new shaka.Player();
    await p.attach(video());
    p.configure("streaming.preferNativeHls", false);
    await p.load(src);
  },
  async "dash.js"(src) {
    await script("/npm/dashjs/dist/modern/umd/dash.all.min.js");
    dashjs.MediaPlayer().create().initialize(video(), src, true);
  },
  async "plyr"(src) {
    await script("/npm/plyr/dist/plyr.min.js");
    const v = video();
    new Plyr(v, { muted: true, iconUrl: "/npm/plyr/dist/plyr.svg", blankVideo: "" });
    await players["hls.js"](src, v);
  },
  async "mediaelement"(src) {
    await script(hlsjs);
    await script("/npm/mediaelement/build/mediaelement-and-player.min.js");
    const v = video({ id: "film", width: 640, height: 360 });
    new MediaElementPlayer(v, { renderers: ["native_hls"], hls: { path: hlsjs }, success(m) { m.setSrc(src); m.load(); m.play(); } });
  },
  async "clappr"(src) {
    await script("/npm/@clappr/player/dist/clappr.min.js");
    new Clappr.Player({ source: src, parentId: "#stage", mute: true, autoPlay: true, width: 640, height: 360 });
  },
  async "hls-video"(src) {
    await import("/npm/hls-video-element/dist/hls-video-element.js");
    const v = document.createElement("hls-video");
    v.setAttribute("muted", "");
    v.setAttribute("autoplay", "");
    v.setAttribute("src", src);
    stage.replaceChildren(v);
  },
};

// Ways to bring a playlist that is on the wire in no request for one.
const ways = {
  async "plain"() { return new URL(query.get("src") || "/media/film/master.m3u8", location).href; },
  async "post"() {
    const r = await fetch("/players/api/playlist", { method: "POST", body: "film=360p" });
    return URL.createObjectURL(new Blob([await r.text()], { type: "application/vnd.apple.mpegurl" }));
  },
  async "json"() {
    const { playlist } = await (await fetch("/players/api/json")).json();
    return URL.createObjectURL(new Blob([playlist], { type: "application/vnd.apple.mpegurl" }));
  },
  async "base64"() {
    const { stream } = await (await fetch("/players/api/base64")).json();
    return URL.createObjectURL(new Blob([atob(stream)], { type: "application/vnd.apple.mpegurl" }));
  },
  async "socket"() {
    const text = await new Promise((done) => { new WebSocket(`ws://${location.host}/players/api/socket`).onmessage = (e) => done(e.data); });
    return URL.createObjectURL(new Blob([JSON.parse(text).playlist], { type: "application/vnd.apple.mpegurl" }));
  },
  async "data"() {
    const { stream } = await (await fetch("/players/api/base64")).json();
    return "data:application/vnd.apple.mpegurl;base64," + stream;
  },
};

// A film in pieces that say nothing of what they are, without a manifest.
async function pieces() {
  const source = new MediaSource();
  const v = video();
  v.src = URL.createObjectURL(source);
  await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
  source.duration = 8;
  const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.4d400c,mp4a.40.2"');
  for (let n = 0; ; n++) {
    const r = await fetch("/players/api/piece/" + n);
    if (!r.ok) break;
    const data = new Uint8Array(await r.arrayBuffer()).map((b) => b ^ 0x5a);
    buffer.appendBuffer(data);
    await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
  }
  source.endOfStream();
}

// A film whose key the script makes itself: its address gives nothing.
async function ownKey() {
  await script(hlsjs);
  const { half } = await (await fetch("/players/api/half")).json();
  const key = Uint8Array.from(atob(half), (c, i) => c.charCodeAt(0) ^ (i * 7 + 1));
  class Loader extends Hls.DefaultConfig.loader {
    load(context, config, callbacks) {
      if (!context.url.includes("/players/api/key")) return super.load(context, config, callbacks);
      queueMicrotask(() => callbacks.onSuccess({ url: context.url, data: key.buffer, code: 200 }, this.stats, context, null));
    }
  }
  const hls = new Hls({ loader: Loader, enableWorker: false });
  hls.loadSource(new URL("/players/api/sealed/index.m3u8", location).href);
  hls.attachMedia(video());
}

async function begin() {
  if (query.get("way") === "key") return ownKey();
  if (query.get("way") === "pieces") return pieces();
  const src = await ways[query.get("way") || "plain"]();
  await players[query.get("player") || "hls.js"](src);
}

if (query.has("click")) {
  stage.innerHTML = '<button style="width: 300px; height: 200px" aria-label="Play">Play</button>';
  stage.firstChild.onclick = begin;
} else if (query.has("popup")) {
  stage.innerHTML = '<button style="width: 300px; height: 200px" aria-label="Play">Play</button>';
  const there = new URL(location);
  there.searchParams.delete("popup");
  stage.firstChild.onclick = () => open(there, "film", "width=700,height=500");
} else {
  begin();
}
