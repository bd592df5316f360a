// Keeps the parts of a page fresh: listens to what happens, fetches the parts anew, swaps those that changed.
// The page says when it is not live. A stream that broke is opened again by the browser, from where it stopped.
import { learnServerTime, sayTimes } from "./times.js";

const EVENTS_AT_ONCE_MS = 80; // what happens together is fetched together
const FIGURES_MS = navigator.connection?.saveData ? 10000 : 2000; // figures change all the time
const SILENCE_MS = 25000; // the server says something every ten seconds
const HIDDEN_MS = 30000; // a page that nobody sees gives its stream back: browsers allow six for each server
const UNSEEN_MS = 15000; // … and looks now and then, for its title and icon
const shown = new Map(); // part → its HTML as last fetched, without the moments in it

const timeless = (html) => html.replace(/(<time[^>]*>)[^<]*/g, "$1");

export function swap(fragment) {
  const fetched = new DOMParser().parseFromString(fragment, "text/html");
  const text = fetched.querySelector("[data-text]")?.dataset.text;
  if (text && document.body.dataset.text && text !== document.body.dataset.text) return takeNewText();
  for (const part of fetched.querySelectorAll("[id^=part-]")) {
    const old = document.getElementById(part.id);
    if (!old || isBusy(old)) continue;
    const html = part.className + timeless(part.innerHTML);
    if (!shown.has(part.id)) shown.set(part.id, null);
    if (shown.get(part.id) === html) continue;
    shown.set(part.id, html);
    replace(old, part);
  }
  for (const old of document.querySelectorAll("[id^=part-]")) {
    if (!fetched.getElementById(old.id) && old.childNodes.length && !isBusy(old)) old.replaceChildren();
  }
  sayTitle();
}

// The runbook itself is another: what stands where is made by the server. Who is typing finishes first.
function takeNewText() {
  if (![...document.querySelectorAll("[id^=part-]")].some(isBusy)) location.reload();
}

// Nobody loses what they are typing, or have typed and not sent.
function isBusy(part) {
  const active = document.activeElement;
  if (part.contains(active) && active.matches("input, select, textarea")) return true;
  return [...part.querySelectorAll("input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
}

function replace(old, part) {
  const open = [...old.querySelectorAll("details[open]")].map((details) => details.id);
  const focused = old.contains(document.activeElement) ? pathOf(document.activeElement, old) : null;
  const said = [...old.querySelectorAll("form > [data-said]")].map((words) => [words.parentElement.getAttribute("action"), words]);
  if (part.className) old.setAttribute("class", part.className);
  old.replaceChildren(...part.childNodes);
  for (const [action, words] of said) old.querySelector(`form[action="${CSS.escape(action)}"]`)?.append(words);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  sayTimes(old);
  if (focused) focused.reduce((node, index) => node?.children[index], old)?.focus({ preventScroll: true });
}

function pathOf(node, root) {
  const path = [];
  for (; node !== root; node = node.parentElement) path.unshift([...node.parentElement.children].indexOf(node));
  return path;
}

function sayTitle() {
  const headline = document.querySelector(".headline[data-title]");
  if (!headline) return;
  const bad = headline.dataset.tone === "bad";
  const title = (bad ? "▲ " : "") + headline.dataset.title;
  if (document.title === title) return;
  document.title = title;
  document.getElementById("said").textContent = headline.dataset.title;
  const icon = document.querySelector("link[rel=icon]");
  icon.href = bad ? icon.dataset.bad : icon.dataset.good;
}

export function keepFresh(address, service) {
  const line = document.getElementById("line");
  let timer = null, due = Infinity, fetching = false, lastHeard = Date.now(), source = null, hush = null, unseen = null;

  function sayLine(live) {
    if (live === line.hidden) return;
    line.hidden = live;
    line.textContent = live ? "" : `Not live since ${new Date(lastHeard).toLocaleTimeString()}. What you see is from then; trying again.`;
    document.body.classList.toggle("stale", !live);
  }

  async function fetchParts() {
    if (fetching) return plan(EVENTS_AT_ONCE_MS);
    fetching = true;
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(15000) });
      if (!answer.ok) throw new Error(answer.statusText);
      learnServerTime(answer.headers);
      swap(await answer.text());
      lastHeard = Date.now();
      sayLine(true);
    } catch {
      sayLine(false);
      plan(3000);
    } finally {
      fetching = false;
    }
  }

  function plan(wait) {
    const at = Date.now() + wait;
    if (at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(() => { due = Infinity; fetchParts(); }, wait);
  }

  function listen() {
    source?.close();
    source = new EventSource("/api/v1/events" + (service ? `?service=${encodeURIComponent(service)}` : ""));
    source.onopen = () => { lastHeard = Date.now(); plan(0); };
    source.addEventListener("journal", () => { lastHeard = Date.now(); plan(EVENTS_AT_ONCE_MS); });
    source.addEventListener("change", () => { lastHeard = Date.now(); if (!document.hidden) plan(FIGURES_MS); });
    source.addEventListener("alive", () => { lastHeard = Date.now(); });
    source.onerror = () => {
      sayLine(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    };
  }

  function rest() {
    source?.close();
    source = null;
    unseen = setInterval(() => plan(0), UNSEEN_MS);
  }

  function watchVisibility() {
    clearTimeout(hush);
    if (document.hidden) {
      hush = setTimeout(rest, HIDDEN_MS);
      return;
    }
    clearInterval(unseen);
    if (source === null) listen();
    plan(0);
  }

  // A line that went dead without a word is not noticed by the browser.
  setInterval(() => {
    if (source === null || Date.now() - lastHeard < SILENCE_MS) return;
    sayLine(false);
    listen();
    plan(0);
  }, 5000);
  document.addEventListener("visibilitychange", watchVisibility);
  addEventListener("online", () => { if (source !== null) listen(); });
  addEventListener("offline", () => sayLine(false));
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  listen();
  return () => plan(0);
}
