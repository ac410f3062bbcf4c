importScripts("/hooks/media.js");
const source = new MediaSource();
postMessage(source.handle, [source.handle]);
feed(source, folder(), avc, ["init.mp4", "seg_000.m4s", "seg_001.m4s", "seg_002.m4s"]).then(() => postMessage("done"));
