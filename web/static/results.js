// The page of results, refreshed in place: the same address, the same HTML from the server, without losing one's place.
// Where anything goes wrong, and for every other link, the browser does what it does anyway.

let refreshing, refreshes = 0;
let shown = location.pathname + location.search;

const results = () => document.querySelector("main.results-page");
const isSearch = (url) =>
  url.origin === location.origin && url.pathname === new URL(results().querySelector("form.search").action).pathname;

async function refresh(url, { back = null, control = null } = {}) {
  const number = ++refreshes;
  refreshing?.abort();
  refreshing = new AbortController();
  if (!back) keep({ control });
  results().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { signal: refreshing.signal, headers: { Accept: "text/html" } });
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    if (number !== refreshes) return;
    if (!response.ok || !found.querySelector("main.results-page")) throw new Error(response.statusText);
    if (!back) history.pushState({}, "", response.url + url.hash); // before the page: links in it are relative to it
    shown = location.pathname + location.search;
    replace(found, back?.control ?? control, back !== null);
    if (back) scrollTo({ top: back.scroll ?? 0, behavior: "instant" });
  } catch {
    if (number !== refreshes) return;
    if (back) location.reload(); // the browser says what is wrong, better than we can
    else location.assign(url);
  }
}

function replace(found, control, isBack) {
  const before = results(), after = document.importNode(found.querySelector("main"), true);
  const box = before.querySelector("#q"), typing = document.activeElement === box && !isBack;
  const changed = box.value !== box.defaultValue && typing; // the reader types on while the answer comes
  keepOpen(before, after);
  before.replaceWith(after);
  document.documentElement.lang = found.documentElement.lang;
  document.title = found.title;
  const changing = "link[rel=alternate], link[rel=prev], link[rel=next], link[rel=canonical]";
  document.head.querySelectorAll(changing).forEach((link) => link.remove());
  document.head.append(...found.head.querySelectorAll(changing));
  for (const part of ["nav.switch", ".footer"]) {
    const [old, fresh] = [document, found].map((each) => each.querySelector(part));
    if (old && fresh) old.replaceWith(document.importNode(fresh, true)); // their links name the page
  }
  document.dispatchEvent(new CustomEvent("visti:replaced"));
  const fresh = after.querySelector("#q");
  if (changed && box.value !== sent) fresh.value = box.value;
  if (typing && !matchMedia("(pointer: coarse)").matches) {
    fresh.focus({ preventScroll: true });
    fresh.setSelectionRange(box.selectionStart, box.selectionEnd);
  } else focus(after, control, isBack);
  const count = after.querySelector("h1").cloneNode(true);
  count.querySelectorAll(".hidden").forEach((part) => part.remove());
  document.dispatchEvent(new CustomEvent("visti:say", { detail: count.textContent.trim() }));
}

// Where the control is that was used, there the reader goes on; turning the page leads to its beginning.
function focus(main, control, isBack) {
  const same = control && (isBack || !control.startsWith("pager")) && [...controls(main)].find((each) => nameOf(each) === control);
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  (same || heading).focus({ preventScroll: Boolean(same) || isBack });
  if (!same && !isBack) scrollTo({ top: 0, behavior: "instant" });
}

const controls = (main) => main.querySelectorAll("a[href], button, summary, input");

// A name for a control that stays when what it leads to changes: what it stands in, and what it says without numbers.
function nameOf(control) {
  const copy = control.cloneNode(true);
  copy.querySelectorAll(".number, .hidden, [aria-hidden]").forEach((part) => part.remove());
  const place = control.closest(".pager, .facet, .chips, .orders, .timeline, .readings, .query, .cards, .results, .columns");
  const group = control.closest("section")?.querySelector("h2, h3")?.textContent ?? "";
  return [place?.className, group, control.id || copy.textContent.replace(/\s+/g, " ").trim()].join("|");
}

function keepOpen(before, after) {
  const open = new Set([...before.querySelectorAll("details[open] > summary")].map(nameOf));
  for (const summary of after.querySelectorAll("details > summary")) if (open.has(nameOf(summary))) summary.parentNode.open = true;
  for (const old of before.querySelectorAll("input[type=checkbox][id]:not([name])")) {
    const fresh = after.querySelector(`#${CSS.escape(old.id)}`);
    if (fresh) fresh.checked = old.checked;
  }
}

// What a visit of the page was like, kept with its entry in the history: for going back, and for a reload.
function keep(more = {}) {
  history.replaceState({ ...history.state, scroll: scrollY, ...more }, "");
}

let sent = "";
function send(event) {
  const form = event.target;
  if (form.method !== "get" || form.target || event.defaultPrevented) return;
  const url = new URL(form.action);
  if (!results().contains(form) || !isSearch(url)) return;
  event.preventDefault();
  url.search = new URLSearchParams(new FormData(form)); // as the browser writes it
  sent = form.elements.q?.value ?? "";
  refresh(url, { control: document.activeElement ? nameOf(document.activeElement) : null });
}

function follow(event) {
  const link = event.target.closest?.("main.results-page a[href]");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.getAttribute("target") || link.hasAttribute("download")) return;
  const url = new URL(link.getAttribute("href"), document.baseURI); // of SVG too, where .href is no text
  const isWithin = url.hash && url.pathname + url.search === location.pathname + location.search; // "skip to …"
  if (!isSearch(url) || isWithin || link.closest(".cards")) return;
  event.preventDefault();
  refresh(url, { control: nameOf(link) });
}

history.scrollRestoration = "manual"; // the browser would scroll the page that is about to be replaced
if (history.state?.scroll) scrollTo({ top: history.state.scroll, behavior: "instant" });
document.addEventListener("submit", send);
document.addEventListener("click", follow);
document.addEventListener("visti:go", (event) => {
  event.preventDefault();
  refresh(new URL(event.detail, location));
});
let scrolling;
addEventListener("scroll", () => {
  clearTimeout(scrolling);
  const where = shown; // not that of the page that comes after it
  scrolling = setTimeout(() => where === shown && !results()?.hasAttribute("aria-busy") && keep(), 250);
});
addEventListener("pagehide", () => keep());
addEventListener("popstate", (event) => {
  if (location.pathname + location.search !== shown) refresh(new URL(location), { back: event.state ?? {} });
});
