// The same film as app.js plays, by hls.js from npm. ?loader=worker lets a dedicated worker do all of its requests;
// ?mode=worker lets it take the segments apart in its own (blob:) worker.
const query = new URLSearchParams(location.search);

class WorkerLoader {
  static worker = null;
  static waiting = new Map();
  static next = 0;
  constructor() { this.stats = { aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 0, bwEstimate: 0,
    loading: { start: 0, first: 0, end: 0 }, parsing: { start: 0, end: 0 }, buffering: { start: 0, first: 0, end: 0 } }; }
  static ask(message) {
    if (!WorkerLoader.worker) {
      WorkerLoader.worker = new Worker("/players/loader.js");
      WorkerLoader.worker.onmessage = (e) => { WorkerLoader.waiting.get(e.data.id)(e.data); WorkerLoader.waiting.delete(e.data.id); };
    }
    return new Promise((done) => {
      const id = WorkerLoader.next++;
      WorkerLoader.waiting.set(id, done);
      WorkerLoader.worker.postMessage({ id, ...message });
    });
  }
  async load(context, config, callbacks) {
    this.context = context;
    this.stats.loading.start = performance.now();
    const answer = await WorkerLoader.ask({ url: context.url, binary: context.responseType === "arraybuffer" });
    if (this.stats.aborted) return;
    this.stats.loading.first = this.stats.loading.end = performance.now();
    if (answer.error) { callbacks.onError({ code: answer.status, text: answer.error }, context, null, this.stats); return; }
    this.stats.loaded = this.stats.total = answer.data.byteLength ?? answer.data.length;
    callbacks.onSuccess({ url: answer.url, data: answer.data, code: answer.status }, this.stats, context, null);
  }
  abort() { this.stats.aborted = true; }
  destroy() { this.stats.aborted = true; }
}

(async () => {
  const film = location.pathname.split("/").pop();
  const answer = await fetch("/movie/api/token", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ film }),
  });
  const { sources } = await answer.json();
  const video = document.createElement("video");
  video.muted = video.autoplay = video.controls = true;
  document.getElementById("stage").replaceChildren(video);
  const config = { enableWorker: query.get("mode") === "worker" };
  if (query.get("loader") === "worker") config.loader = WorkerLoader;
  const hls = new Hls(config);
  hls.loadSource(new URL(sources[0].src, location).href);
  hls.attachMedia(video);
})();
