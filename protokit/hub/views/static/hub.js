// What every page shares: menus, copying, toasts, forms that are sent once, light and dark. Pages work without it.
"use strict";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
  const copying = event.target.closest("[data-copy]");
  if (copying) copyText(copying);
  if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.classList.contains("busy")) event.preventDefault();
  else button?.classList.add("busy");
});

// A page that the browser kept shows its buttons ready again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".busy")) button.classList.remove("busy");
});

async function copyText(button) {
  const source = document.querySelector(button.dataset.copy);
  const label = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    source.select?.();
    document.execCommand("copy");
  }
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = before), 1600);
}

for (const toast of document.querySelectorAll("[data-toast]")) {
  toast.querySelector("[data-dismiss]").hidden = false;
  // The address keeps nothing of it, so that a reload does not tell it again.
  const address = new URL(location.href);
  address.searchParams.delete("done");
  address.searchParams.delete("slug");
  history.replaceState(null, "", address);
  if (!toast.querySelector("form")) setTimeout(() => toast.remove(), 6000);
}

for (const control of document.querySelectorAll("[data-theme-switch]")) {
  const root = document.documentElement;
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => (control.querySelector("span").textContent = isDark() ? "Light" : "Dark");
  control.hidden = false;
  control.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    name();
  });
  name();
}
