// A player of its own kind: it knows the parts of its film by heart, deciphers them, keeps three seconds ahead, and forgets what it had
// when it is sent elsewhere. ?film=muxed has picture and sound in one buffer, ?film=split in two; ?start=4 begins in the middle;
// ?offset=10 moves the film by its timestampOffset; ?eme=1 asks for a licence; ?film=webm is WebM;
// ?film=worker is fed by a worker; ?advert=1 shows something else before the film.
const query = new URLSearchParams(location.search), video = document.querySelector("video");
const every = (n, seconds) => Array.from({ length: n }, (_, i) => ({ name: "seg_00" + i + ".m4s", from: i * seconds, to: (i + 1) * seconds }));
const films = {
  muxed: [{ type: 'video/mp4; codecs="avc1.4d400c,mp4a.40.2"', folder: "muxed", init: "init.mp4", parts: every(4, 2) }],
  split: [{ type: 'video/mp4; codecs="avc1.4d400c"', folder: "video", init: "init.mp4", parts: every(4, 2) },
    { type: 'audio/mp4; codecs="mp4a.40.2"', folder: "audio", parts: [{ name: "all.mp4", from: 0, to: 8 }] }],
};

async function load(track, name) {
  const b = new Uint8Array(await (await fetch(`/hooks/sealed/${track.folder}/${name}`)).arrayBuffer());
  for (let i = 0; i < b.length; i++) b[i] ^= (i * 7 + 90) & 255;
  return b;
}

async function append(buffer, data) {
  // In two pieces, as they come from the network; the memory is used again at once.
  for (const piece of [data.slice(0, 1000), data.slice(1000)]) {
    buffer.appendBuffer(piece);
    piece.fill(0);
    await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
  }
}

async function feed(source, track) {
  const buffer = source.addSourceBuffer(track.type), shift = Number(query.get("offset") ?? 0);
  buffer.timestampOffset = shift;
  if (track.init) await append(buffer, await load(track, track.init));
  const has = (p) => Array.from({ length: buffer.buffered.length }, (_, i) => i).some((i) => buffer.buffered.start(i) <= p.from + shift + 0.2 && buffer.buffered.end(i) >= p.to + shift - 0.2);
  for (;;) {
    const next = track.parts.find((p) => p.to + shift > video.currentTime && p.from + shift < video.currentTime + 3 && !has(p));
    if (next) await append(buffer, await load(track, next.name));
    else await new Promise((done) => setTimeout(done, 50));
  }
}

async function play() {
  const film = films[query.get("film") ?? "split"], source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
  source.duration = 8 + Number(query.get("offset") ?? 0);
  video.currentTime = Number(query.get("start") ?? query.get("offset") ?? 0);
  await Promise.all(film.map((track) => feed(source, track)));
}

async function licence() {
  const access = await navigator.requestMediaKeySystemAccess("org.w3.clearkey", [{ initDataTypes: ["keyids"], videoCapabilities: [{ contentType: films.split[0].type }] }]);
  const keys = await access.createMediaKeys();
  await video.setMediaKeys(keys);
  await keys.createSession().generateRequest("keyids", new TextEncoder().encode('{"kids":["LwVHf8JLtPrv2GUXFW2v_A"]}'));
}

async function webm() {
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
  const buffer = source.addSourceBuffer('video/webm; codecs="vp8"');
  buffer.appendBuffer(await (await fetch("small.webm")).arrayBuffer());
  await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
  source.endOfStream();
}

// work plays what a worker feeds, six seconds of it.
function work() {
  new Worker("mseworker.js").onmessage = (e) => { if (e.data !== "done") video.srcObject = e.data; };
}

if (query.get("eme")) licence().then(play);
else if (query.get("film") === "worker") work();
else if (query.get("film") === "webm") webm();
else if (query.get("advert")) {
  video.addEventListener("ended", () => setTimeout(play, 300), { once: true });
  webm();
}
else play();
