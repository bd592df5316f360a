// Moments in the viewer's zone, and durations that count on. The server's words are UTC.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const STEPS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

// The viewer's clock may be wrong: durations use the server's, told by each answer.
let ahead = 0;
export function learnServerTime(headers) {
  const told = Date.parse(headers.get("Date") ?? "");
  if (!Number.isNaN(told) && Math.abs(Date.now() - told) > 3000) ahead = Date.now() - told;
}
const now = () => Date.now() - ahead;

export function sayDuration(seconds) {
  const said = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [unit, size] of STEPS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) said.push(`${count} ${unit}`);
  }
  return said.slice(0, 2).join(" ") || "0 s";
}

function sayCountdown(seconds) {
  const left = Math.max(0, Math.round(seconds));
  return left < 3600 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : sayDuration(left);
}

function say(time) {
  const at = Date.parse(time.dateTime);
  const kind = time.dataset;
  let text = time.textContent;
  if ("clock" in kind) text = now() - at < 72e6 ? clock.format(at) : day.format(at);
  else if ("day" in kind) text = day.format(at);
  else if ("since" in kind) text = sayDuration((now() - at) / 1000);
  else if ("until" in kind) text = sayCountdown((at - now()) / 1000);
  if (text !== time.textContent) time.textContent = text;
}

export function sayTimes(root) {
  for (const time of root.querySelectorAll("time")) say(time);
}

export function keepTimes(root) {
  sayTimes(root);
  setInterval(() => {
    if (!document.hidden) for (const time of root.querySelectorAll("time[data-since], time[data-until]")) say(time);
  }, 1000);
}
