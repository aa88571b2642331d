// The visitor's frame: the guided path asks its questions in the prototype's own box, feedback goes without a reload.
"use strict";

const app = document.querySelector("[data-app]");
const path = document.querySelector("[data-path]");
const feedback = document.querySelector("[data-feedback]");
const ASKED = "Asked. The answer comes in the prototype.";

if (path) leadAlong(path);
takeFeedback(feedback);

function leadAlong(path) {
  const steps = [...path.querySelectorAll("[data-step]")];
  const [count, told, progress, foot, fold, opening] = ["count", "told", "progress", "foot", "fold", "opening"].map((name) =>
    path.querySelector(`[data-path-${name}]`),
  );
  const back = path.querySelector("[data-path-back]");
  const next = path.querySelector("[data-path-next]");
  const memory = `path-${path.dataset.slug}`;
  let at = Math.min(Number(sessionStorage.getItem(memory)) || 0, steps.length - 1);

  const folding = (folded) => {
    path.classList.toggle("path-folded", folded);
    fold.setAttribute("aria-expanded", String(!folded));
    fold.setAttribute("aria-label", folded ? "Unfold the guided path" : "Fold the guided path");
  };
  const show = (move) => {
    at = Math.max(0, Math.min(steps.length - 1, at + move));
    sessionStorage.setItem(memory, at);
    steps.forEach((step, index) => {
      step.classList.toggle("step-now", index === at);
      step.classList.toggle("step-done", index < at);
      step.querySelector("[data-step-tools]").hidden = index !== at;
    });
    if (opening) opening.hidden = at > 0;
    count.textContent = `Step ${at + 1} of ${steps.length}`;
    progress.value = at + 1;
    back.disabled = at === 0;
    next.querySelector("span").textContent = at === steps.length - 1 ? "Finish" : "Next";
    told.textContent = "";
    if (!move) return;
    folding(false);
    steps[at].scrollIntoView({ block: "nearest", behavior: "smooth" });
  };

  path.classList.add("path-live");
  for (const part of [progress, foot, fold]) part.hidden = false;
  fold.addEventListener("click", () => folding(!path.classList.contains("path-folded")));
  back.addEventListener("click", () => show(-1));
  next.addEventListener("click", () => {
    if (at === steps.length - 1) openFeedback();
    else show(1);
  });
  path.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-ask]");
    if (!button) return;
    const question = document.querySelector(button.dataset.ask).textContent;
    button.disabled = true;
    told.textContent = isWaking() ? "It is waking up. Then it is asked." : "";
    told.textContent = await ask(question);
    button.disabled = false;
    // On a phone the answer needs the room.
    if (told.textContent === ASKED && matchMedia("(max-width: 56rem)").matches) folding(true);
  });
  show(0);
}

// Puts the question into the prototype's own box and sends it; where there is no such box, it is copied.
async function ask(question) {
  const box = await appear(findBox, 8000);
  if (!box) return (await copy(question)) ? "Copied. Paste it into the box." : "Type it into the box.";
  const kind = box.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
  const view = app.contentWindow;
  box.focus();
  Object.getOwnPropertyDescriptor(view[kind.name].prototype, "value").set.call(box, question);
  box.dispatchEvent(new view.Event("input", { bubbles: true }));
  if (path.dataset.takes !== "question") return begin(box);
  const send = await appear(() => sendButton(box), 1500);
  if (send) send.click();
  else for (const type of ["keydown", "keypress", "keyup"])
    box.dispatchEvent(new view.KeyboardEvent(type, { key: "Enter", code: "Enter", keyCode: 13, bubbles: true, cancelable: true }));
  return ASKED;
}

// What is no question is not sent by Enter: the page's main button works on it.
async function begin(box) {
  box.blur();
  await new Promise((resolve) => setTimeout(resolve, 600));
  const main = [...app.contentDocument.querySelectorAll("[data-testid='stBaseButton-primary'], button.primary")];
  const button = main.find((each) => each.offsetParent && !each.disabled);
  button?.click();
  return button ? ASKED : "It is in the box. Press the button below it.";
}

function findBox() {
  const page = app.contentDocument;
  const choices = [
    "textarea[data-testid='stChatInputTextArea']",
    "[data-testid='stTextInput'] input",
    "[data-testid='stTextArea'] textarea",
    "textarea[data-testid='textbox']",
    "input[data-testid='textbox']",
    "textarea",
    "input[type='text']",
  ];
  for (const choice of choices)
    for (const box of page?.querySelectorAll(choice) ?? []) if (box.offsetParent && !box.disabled && !box.readOnly) return box;
  return null;
}

function sendButton(box) {
  const page = app.contentDocument;
  const near = box.closest("[data-testid='stChatInput'], [data-testid='stForm'], .form, .input-container, label, form");
  const choices = ["[data-testid='stChatInputSubmitButton']", "[data-testid='stFormSubmitButton'] button", "button.submit-button", "button[type='submit']"];
  for (const choice of choices) {
    const button = near?.querySelector(choice) ?? page.querySelector(choice);
    if (button && !button.disabled && button.offsetParent) return button;
  }
  return null;
}

// While the waiting page is in the prototype's place.
function isWaking() {
  return ["asleep", "starting"].includes(app.contentDocument?.body?.dataset.state);
}

function appear(find, patience) {
  let until = Date.now() + patience;
  return new Promise((resolve) => {
    const look = () => {
      const found = find();
      if (isWaking()) until = Date.now() + patience;
      if (found || Date.now() > until) resolve(found);
      else setTimeout(look, 100);
    };
    look();
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function openFeedback() {
  if (feedback.classList.contains("feedback-sent")) feedback.querySelector("[data-feedback-told]").textContent = "";
  feedback.classList.remove("feedback-sent");
  feedback.classList.add("feedback-open");
  document.querySelector("[data-open-feedback]").setAttribute("aria-expanded", "true");
  feedback.querySelector("input, textarea, a")?.focus({ preventScroll: true });
}

function takeFeedback(feedback) {
  const form = feedback.querySelector("[data-feedback-form]");
  const told = feedback.querySelector("[data-feedback-told]");
  const opener = document.querySelector("[data-open-feedback]");
  const close = () => {
    feedback.classList.remove("feedback-open");
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  };
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-controls", "feedback");
  opener.setAttribute("aria-expanded", String(feedback.classList.contains("feedback-open")));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;  // a link answers to Enter alone
    event.preventDefault();
    opener.click();
  });
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    if (feedback.classList.contains("feedback-open")) close();
    else openFeedback();
  });
  feedback.querySelector("[data-close-feedback]").addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && feedback.classList.contains("feedback-open")) close();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type='submit']");
    try {
      const sent = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
      });
      const said = await sent.json();
      told.textContent = said.words;
      feedback.classList.toggle("feedback-sent", said.ok);
      if (said.ok) form.reset();
    } catch {
      told.textContent = "It could not be sent. Is the network there? Your words are still here.";
    }
    button.classList.remove("busy");
  });
}
