// Two films by Media Source Extensions: from an address, and from a worker.
async function feed(source, folder, type, parts) {
  if (source.readyState !== "open") await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
  const buffer = source.addSourceBuffer(type);
  for (const name of parts) {
    const data = await (await fetch(folder + name)).arrayBuffer();
    buffer.appendBuffer(data);
    await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
  }
  source.endOfStream();
}
const folder = () => location.origin + "/media/fmp4/video/", avc = 'video/mp4; codecs="avc1.4d400c"';

async function play() {
  const source = new MediaSource();
  document.querySelector("#film").src = URL.createObjectURL(source);
  const worker = new Worker("mseworker.js");
  worker.onmessage = (e) => {
    if (e.data !== "done") document.querySelector("#worked").srcObject = e.data;
    else fetch("/hooks/done?from=mseworker&wrong=", { method: "POST" });
  };
  await feed(source, folder(), avc, ["init.mp4", "seg_000.m4s", "seg_001.m4s"]);
  await fetch("/hooks/done?from=mse&wrong=", { method: "POST" });
}
