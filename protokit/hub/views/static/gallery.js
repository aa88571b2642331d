// Search as one types: among the cards on the page where that is all of them, else on the server.
"use strict";

const bar = document.querySelector(".toolbar");
if (bar) {
  const field = bar.querySelector("[type=search]");
  const cards = [...document.querySelectorAll(".tile")];
  bar.querySelector("[data-without-script]").hidden = true;
  bar.querySelector("[data-send]").addEventListener("change", () => bar.requestSubmit());
  if (bar.dataset.filter === "all") {
    field.addEventListener("input", filter);
    bar.addEventListener("submit", (event) => {
      if (document.activeElement === field && field.value) event.preventDefault();
    });
  }

  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const card of cards) {
      card.hidden = !words.every((word) => card.dataset.words.includes(word));
      found += !card.hidden;
    }
    document.querySelector("[data-none]").hidden = found > 0;
    document.querySelector("[data-found]").textContent = words.length ? `${found} found` : "";
  }
}
