// Suggestions while typing: the combobox with a listbox of the ARIA Authoring Practices Guide, over /api/v1/suggest.
// Without it, or where it fails, the form is sent as always. The three scripts import nothing from each other, since an
// imported module's address would lack the mark of its content (?v=); they meet in events of the document.

const texts = document.getElementById("script-texts").dataset; // in the language of the interface, by the server

const DEBOUNCE = 120; // ms: shorter than the pause between two words, longer than that between two letters
const LEAST_LETTERS = 2;

function suggest(form) {
  const box = form.querySelector("input[type=search]");
  const list = make("div", { id: "suggestions", class: "suggestions", role: "listbox", "aria-label": texts.suggestions });
  list.hidden = true;
  form.append(list);
  set(box, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" });

  let items = [], active = -1, waiting, request, asked = 0;

  const isOpen = () => !list.hidden;

  function close() {
    clearTimeout(waiting);
    request?.abort();
    asked++; // an answer that is already on its way is stale
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(number) {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    active = number;
    const option = list.querySelectorAll("[role=option]")[number];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const typed = box.value.trim(), number = ++asked;
    request?.abort();
    if (typed.length < LEAST_LETTERS) return close();
    request = new AbortController();
    try {
      const url = new URL(form.dataset.suggest, location);
      url.searchParams.set("q", typed);
      const response = await fetch(url, { signal: request.signal });
      const answer = response.ok ? await response.json() : { items: [] };
      if (number === asked && form.contains(document.activeElement)) show(answer.items, typed);
    } catch {
      if (number === asked) close(); // offline: the box works as it does without suggestions
    }
  }

  function show(found, typed) {
    items = found;
    list.replaceChildren(...groups(found, typed));
    list.scrollTop = 0;
    activate(-1);
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(isOpen()));
    if (found.length) tell("visti:say", texts.count.replace("{n}", found.length));
  }

  function choose(number) {
    const { url, kind } = items[number];
    close();
    if (kind === "headline" || tell("visti:go", url)) location.assign(url); // unless the results are shown in place
  }

  const KEYS = {
    ArrowDown: (event) => (isOpen() ? activate(active + 1 < items.length ? active + 1 : -1) : ask(), event.preventDefault()),
    ArrowUp: (event) => {
      if (!isOpen()) return;
      event.preventDefault();
      if (event.altKey) close();
      else activate(active < 0 ? items.length - 1 : active - 1);
    },
    Enter: (event) => {
      if (active < 0) return close(); // the form is sent
      event.preventDefault();
      choose(active);
    },
    Escape: (event) => {
      if (isOpen() || box.value) event.preventDefault(); // some browsers empty the box at once
      if (isOpen()) close();
      else box.value = "";
    },
    Tab: close,
  };
  box.addEventListener("keydown", (event) => {
    // Keys of an input method choose among its own candidates
    if (!event.isComposing && !event.ctrlKey && !event.metaKey) KEYS[event.key]?.(event);
  });
  const later = (event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, DEBOUNCE);
  };
  box.addEventListener("input", later);
  box.addEventListener("compositionend", later);
  box.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose([...list.querySelectorAll("[role=option]")].indexOf(option));
  });
}

function groups(items, typed) {
  const found = [];
  items.forEach((item, number) => {
    if (item.kind !== items[number - 1]?.kind) {
      found.push(make("div", { role: "group", class: `of-${item.kind}`, "aria-label": texts[item.kind] }));
    }
    const text = make("span", { class: "suggested", lang: item.language }, ...marked(item.text, typed));
    const kind = make("span", { class: "kind" }, texts[item.kind]);
    found.at(-1).append(make("div", { role: "option", id: `suggestion-${number}`, "aria-selected": "false" }, text, " ", kind));
  });
  return found;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function make(name, attributes, ...children) {
  const element = set(document.createElement(name), attributes);
  element.append(...children);
  return element;
}

// False if somebody has taken care of it.
function tell(name, detail) {
  return document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
}

// The beginnings of words that were typed; letters that the archive takes for one are one here too.
function marked(text, typed) {
  const same = { е: "[её]", ё: "[её]", г: "[гґ]", ґ: "[гґ]", "'": "['’ʼ]", "’": "['’ʼ]", "ʼ": "['’ʼ]" };
  const words = typed.toLowerCase().match(/[\p{L}\p{N}'’ʼ]+/gu) ?? [];
  if (!words.length) return [text];
  const readings = words.map((word) => [...word].map((letter) => same[letter] ?? letter).join(""));
  const pieces = text.split(new RegExp(`(?<![\\p{L}\\p{N}'’ʼ])(${readings.join("|")})`, "giu"));
  return pieces.map((piece, number) => (number % 2 ? make("mark", {}, piece) : piece));
}

const enhance = () => document.querySelectorAll("form.search[data-suggest]").forEach(suggest);
document.addEventListener("visti:replaced", enhance);
enhance();
