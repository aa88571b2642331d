// Plays what was recorded, at the speed at which it happened.
"use strict";

const recording = JSON.parse(document.getElementById("recording").textContent);
const talk = document.getElementById("talk");
let play = 0;

function element(parent, name, kind, text) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  parent.append(made);
  return made;
}

function wait(seconds) { return new Promise((done) => setTimeout(done, seconds * 1000)); }

function sources(box, step) {
  if (step.note) element(box, "p", "note", step.note);
  for (const source of step.sources) {
    const details = element(box, "details");
    element(details, "summary", "", `[${source.number}] ${source.where || source.file}`);
    element(details, "p", "", source.text);
  }
}

async function run(instant) {
  const mine = ++play;
  talk.replaceChildren();
  document.body.removeAttribute("data-done");
  for (const step of recording.steps) {
    if (!instant) await wait(step.pause);
    if (mine !== play) return;
    element(talk, "p", "asked", step.question);
    const box = element(talk, "div", "answer");
    const text = element(box, "div", "text");
    if (!instant) {
      await wait(step.first);
      const parts = step.answer.match(/\s*\S+\s*/g) || [];
      const each = Math.min(Math.max(step.whole - step.first, 0.4), 8) / Math.max(parts.length, 1);
      for (const part of parts) {
        if (mine !== play) return;
        text.textContent += part;
        await wait(each);
      }
    }
    if (mine !== play) return;
    text.textContent = step.answer;
    sources(box, step);
  }
  document.body.setAttribute("data-done", "");
}

document.getElementById("again").addEventListener("click", () => run(false));
document.getElementById("all").addEventListener("click", () => run(true));
run(matchMedia("(prefers-reduced-motion: reduce)").matches);
