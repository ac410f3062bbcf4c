// What a page can do to whoever watches it. Names stand in the query: /faults/?oom, /faults/?popups,download, /faults/?mixed=https://elsewhere.
const [names, argument] = location.search.slice(1).split("=").map(decodeURIComponent);
const other = location.origin.replace("127.0.0.1", "localhost"); // another site
const spin = () => { for (;;); };
const element = (tag, attributes) => document.body.append(Object.assign(document.createElement(tag), attributes));
const quietly = (promise) => promise.catch(() => {});

const faults = {
  wait: () => {},
  oom: () => { for (const hoard = []; ;) hoard.push(Array.from({ length: 1e5 }, (_, i) => ({ i, half: i / 2 }))); },
  busy: spin,
  spin, // in a frame
  "busy-frame": () => element("iframe", { src: other + "/faults/?spin" }),
  "busy-worker": () => new Worker(URL.createObjectURL(new Blob(["for (;;);"]))),
  round: () => location.replace("?round=" + ((+argument || 0) + 1)),
  dialogs: () => { for (; ;) { alert("Hello"); confirm("Are you of age?"); prompt("Your name?", "nobody"); print(); } },
  leave: () => {
    addEventListener("beforeunload", (e) => { e.preventDefault(); e.returnValue = "stay"; });
    addEventListener("click", () => { location.href = "?wait"; });
    element("button", { textContent: "Play", id: "play-button", style: "width: 20em; height: 10em" });
  },
  guarded: () => {
    quietly(fetch("/faults/guarded/fetch"));
    element("img", { src: "/faults/guarded/image" });
    element("iframe", { src: "/faults/guarded/frame" });
  },
  mixed: () => {
    quietly(fetch(argument + "/faults/api/other", { mode: "no-cors" }));
    element("img", { src: argument + "/image" });
  },
  download: () => { location.href = "/faults/endless/file"; },
  "download-link": () => {
    const a = Object.assign(document.createElement("a"), { href: "/faults/endless/link", download: "link.bin" });
    a.click();
  },
  popups: () => { for (let i = 0; i < 100; i++) open("/faults/?popup=" + i, "_blank", "width=200,height=200"); },
  popup: () => {},
  huge: async () => {
    const reader = (await fetch("/faults/huge")).body.getReader();
    while (!(await reader.read()).done);
    fetch("/faults/api/huge-read");
  },
  "huge-film": () => element("video", { src: "/faults/huge", controls: true, muted: true, autoplay: true, width: 640, height: 360 }),
};

fetch("/faults/api/before").then((r) => r.json()).then(() => fetch("/faults/api/now")).then(() => setTimeout(() => names.split(",").forEach((name) => faults[name]()), 200));
