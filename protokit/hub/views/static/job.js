// Shows the steps as they happen; without this the page reloads itself every second.
"use strict";

const steps = document.querySelector("[data-steps]");
const csrf = document.querySelector("[name=csrf_token]").value;

async function look() {
  try {
    const answer = await fetch(steps.dataset.steps, { headers: { "x-csrf-token": csrf } });
    if (!answer.ok) return location.reload();
    if (answer.headers.get("X-Job") === "over") return location.reload();
    const shown = await answer.text();
    if (shown !== steps.innerHTML) steps.innerHTML = shown;
  } catch {
    // The Hub restarts; it goes on with the job when it is back.
  }
  setTimeout(look, 400);
}

setTimeout(look, 300);
