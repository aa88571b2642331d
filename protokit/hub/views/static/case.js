// What follows from the sliders, worked out by the server while one of them is moved.
"use strict";

const form = document.querySelector("[data-case]");
if (form) {
  const touched = new Set(new URLSearchParams(location.search).keys());
  let waiting = 0, newest = 0;
  form.addEventListener("input", (event) => {
    touched.add(event.target.name);
    clearTimeout(waiting);
    waiting = setTimeout(work, 120);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); work(); });

  async function work() {
    const number = ++newest;
    const values = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (touched.has(name) && value) values.set(name, value);
    const address = `${form.action}?${values}`;
    const answer = await fetch(address);
    if (!answer.ok || number !== newest) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const result = page.querySelector("[data-case-result]");
    if (!result) return;
    document.querySelector("[data-case-result]").replaceWith(result);
    for (const own of form.querySelectorAll(".slider")) {
      const fresh = page.getElementById(own.querySelector("input").id).closest(".slider");
      own.querySelector("output").textContent = fresh.querySelector("output").textContent;
      own.querySelector(".badge").replaceWith(fresh.querySelector(".badge"));
    }
    history.replaceState(null, "", address);
  }
}
