// Documents are dropped and listed before they are sent; without this, the browser's own file field does it.
"use strict";

document.documentElement.classList.add("scripted");
const drop = document.querySelector("[data-drop]");
const field = drop.querySelector("input[type=file]");
const list = drop.querySelector("[data-chosen]");
const tooMuch = drop.querySelector("[data-too-much]");
const most = Number(field.dataset.most) * 1024 * 1024;
let files = [];

for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("over"));
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));

field.addEventListener("change", () => {
  const known = new Set(files.map((file) => file.name + file.size));
  files = [...files, ...[...field.files].filter((file) => !known.has(file.name + file.size))];
  show();
});

function show() {
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  field.files = chosen.files;
  list.replaceChildren(...files.map(line));
  list.hidden = !files.length;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  tooMuch.hidden = size <= most;
  tooMuch.textContent = `That is ${Math.ceil(size / 1048576)} MB; ${field.dataset.most} MB fit. Take some away.`;
  field.form.querySelector("[type=submit]").disabled = size > most;
}

function line(file) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { className: "name", textContent: file.name });
  const size = Object.assign(document.createElement("span"), { className: "soft small number", textContent: told(file.size) });
  const away = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button button-quiet button-small",
    textContent: "Remove",
  });
  away.setAttribute("aria-label", `Remove ${file.name}`);
  away.addEventListener("click", () => {
    files = files.filter((other) => other !== file);
    show();
    field.focus();
  });
  item.append(name, size, away);
  return item;
}

function told(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// A click on an example fills the field, without losing the documents.
for (const example of document.querySelectorAll("[data-examples] a"))
  example.addEventListener("click", (event) => {
    event.preventDefault();
    const prompt = document.querySelector("#prompt");
    prompt.value = example.textContent;
    prompt.focus();
  });

// Enter sends, as in a search; Shift and Enter makes a new line.
document.querySelector("#prompt").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit(event.target.form.querySelector("[type=submit]"));
});
