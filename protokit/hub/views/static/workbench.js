// What the pages of one prototype add: the tab in sight, files dropped, words not lost, a state that stays true.
"use strict";

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

for (const log of document.querySelectorAll("pre.log[tabindex]")) log.scrollTop = log.scrollHeight;

for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input");
  const names = drop.querySelector("[data-drop-names]");
  const tell = () => {
    const chosen = [...input.files].map((file) => file.name);
    if (chosen.length) names.textContent = chosen.length > 3 ? `${chosen.length} files` : chosen.join(", ");
    drop.classList.toggle("drop-full", chosen.length > 0);
  };
  input.addEventListener("change", tell);
  for (const name of ["dragover", "dragleave", "drop"])
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("drop-over", name === "dragover");
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      tell();
    });
}

for (const form of document.querySelectorAll("form[data-guard]")) {
  const words = () => new URLSearchParams(new FormData(form)).toString();
  const before = words();
  let leaving = false;
  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (form.dataset.guard === "changed" || words() !== before)) event.preventDefault();
  });
}

const WORDS = { asleep: "Sleeping", starting: "Waking up", awake: "Running", broken: "Needs attention", stopped: "Stopped" };
for (const place of document.querySelectorAll("[data-status]")) {
  const look = async () => {
    if (!document.hidden) {
      try {
        const { state } = await (await fetch(place.dataset.status, { cache: "no-store" })).json();
        const sign = place.firstElementChild;
        sign.className = `status status-${state}`;
        sign.textContent = WORDS[state];
      } catch {
        // The Hub is away for a moment; the next look tells.
      }
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 1500);
}

for (const place of document.querySelectorAll("[data-change]")) {
  const look = async () => {
    try {
      const headers = { "x-csrf-token": place.querySelector("[name=csrf_token]").value };
      const answer = await fetch(place.dataset.change, { headers, cache: "no-store" });
      const { state, step } = answer.ok ? await answer.json() : { state: "over" };
      if (state === "planned" || state === "over") return location.reload();
      if (step) place.querySelector("[data-step]").textContent = `${step}\u2026`;
    } catch {
      // The Hub is away for a moment; the next look tells.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 700);
}
