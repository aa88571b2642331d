// Asks how the prototype is and goes on by itself as soon as it is there, or says that it will not be.
"use strict";

const { state, ask } = document.body.dataset;
const again = document.querySelector("[data-again]");
const words = document.querySelector("p");
const began = Date.now();

async function look() {
  let now = state;
  try {
    const said = await fetch(ask, { cache: "no-store" });
    if (said.ok) now = (await said.json()).state;
    else if (said.status === 401) return location.reload();
  } catch {
    // The network is away for a moment: ask again.
  }
  if (now !== state && ["awake", "broken", "stopped"].includes(now)) return location.reload();
  if (state === "broken") return setTimeout(look, 2000); // the Hub tries it again by itself
  if (Date.now() - began > 8000) words.textContent = "It takes longer than usual. It goes on by itself.";
  if (Date.now() - began > 20000) again.hidden = false;
  setTimeout(look, Date.now() - began > 10000 ? 1000 : 250);
}

if (state !== "stopped") look();
