"use strict";
const wire = () => {
  const on = (id, f) => document.getElementById(id)?.addEventListener("click", f);
  on("buy", () => tell("buy"));
  on("ask", () => document.getElementById("seller").showModal());
  on("close", () => { document.getElementById("seller").close(); tell("asked"); });
  on("anew", () => { document.open(); document.write("<!doctype html><title>Anew</title><h1>Written anew</h1><button id=buy>Buy</button>"); document.close(); wire(); });
  on("swap", () => { const html = document.documentElement; html.replaceChildren(document.head, document.createElement("body")); document.body.innerHTML = "<h1>Another body</h1><button id=buy>Buy</button>"; document.title = "Swapped"; wire(); });
};
wire();
