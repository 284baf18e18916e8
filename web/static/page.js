// What every page has: shortcuts, and the one live region, outside of what is replaced and only for counts.

document.documentElement.classList.add("scripted"); // shows what is of use only now

let saying;
document.addEventListener("visti:say", (event) => {
  clearTimeout(saying); // of counts that follow each other quickly, the last one is worth hearing
  saying = setTimeout(() => (document.getElementById("status").textContent = event.detail), 500);
});

const SWITCH = "visti.shortcuts"; // in localStorage: WCAG 2.1.4 wants single keys to be switched off by who speaks
const dialog = document.getElementById("shortcuts");

function singleKeysOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true; // storage is forbidden: nothing is remembered
  }
}

// What a key means: its letter where that is Latin, on any arrangement of the keys, else by its place, as on a Cyrillic
// layout, on which J is о and the key of / writes a full stop.
function meaning(event) {
  if (event.key === "/" || event.key === "?") return event.key;
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  if (event.code === "Slash" && event.key === (event.shiftKey ? "," : ".")) return event.shiftKey ? "?" : "/";
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
}

function toBox(event) {
  const box = document.getElementById("q");
  if (!box) return;
  event.preventDefault(); // the sign is not typed
  box.focus();
  box.select();
}

function toResult(event, step) {
  const links = [...document.querySelectorAll("main .cards .headline a")];
  if (!links.length) return;
  event.preventDefault();
  const card = document.activeElement.closest(".card");
  const place = links.findIndex((link) => card?.contains(link));
  links[Math.min(Math.max(place < 0 ? 0 : place + step, 0), links.length - 1)].focus();
}

const SHORTCUTS = {
  "/": toBox,
  "?": () => dialog.showModal(),
  j: (event) => toResult(event, 1),
  k: (event) => toResult(event, -1),
};

addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.repeat && !["j", "k"].includes(meaning(event))) return;
  const at = event.target;
  if (dialog.open || at.isContentEditable || at.matches?.("textarea, select, input:not([type=checkbox], [type=radio])")) return;
  if (event.altKey) return;
  if (event.ctrlKey !== event.metaKey) {
    if (meaning(event) === "k" && !event.shiftKey) toBox(event);
  } else if (!event.ctrlKey && singleKeysOn()) {
    if (!event.shiftKey || "/?".includes(meaning(event))) SHORTCUTS[meaning(event)]?.(event);
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.(".shortcuts-button")) dialog.showModal();
  if (event.target.closest?.(".shortcuts-close") || event.target === dialog) dialog.close();
});
const single = dialog.querySelector("input");
single.checked = singleKeysOn();
single.addEventListener("change", () => {
  try {
    localStorage.setItem(SWITCH, single.checked ? "on" : "off");
  } catch {
    // forbidden: it holds until the page is left
  }
});
