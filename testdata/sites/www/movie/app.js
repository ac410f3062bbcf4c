// The player is made here, not in the page's source: token, then playlist, then a media element.
(async () => {
  const film = location.pathname.split("/").pop();
  const answer = await fetch("/movie/api/token", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ film }),
  });
  if (!answer.ok) { document.getElementById("stage").textContent = "No token: " + answer.status; return; }
  const { sources } = await answer.json();
  const player = document.createElement("video");
  player.controls = true;
  player.muted = true;
  player.autoplay = true;
  player.src = sources[0].src;
  document.getElementById("stage").replaceChildren(player);
})();
