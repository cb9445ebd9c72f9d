// Extras of the desk: all works without this file.
const typing = (t) => t.closest("input, textarea, select, [contenteditable]");

// Keep a review as long as somebody is there: a key, pointer or scroll in the last 25 minutes.
const keep = document.querySelector("form[data-keep-url]");
if (keep) {
  let last = Date.now();
  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
    addEventListener(kind, () => { last = Date.now(); }, { passive: true });
  }
  const lost = () => { for (const note of document.querySelectorAll("[data-keep-lost]")) note.hidden = false; };
  setInterval(async () => {
    if (Date.now() - last > 25 * 60000) return;
    const body = new URLSearchParams(new FormData(keep));
    body.set("open", "yes");
    try {
      const answer = await fetch(keep.dataset.keepUrl, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) return lost();
      const until = answer.headers.get("X-Kept-Until");
      for (const place of document.querySelectorAll("[data-keep-until]")) if (until) place.textContent = until;
    } catch { /* offline: the lease on the server decides, and the next turn tries again */ }
  }, 4 * 60000);
}

// Giving a review up with words typed asks first. A starter that nobody touched is no loss.
const starters = () => [...document.querySelectorAll("[data-starter]")].map((one) => one.textContent.trim());
const isTyped = (field) => {
  const value = field.value.trim();
  if (!value || field.closest("[data-sheet]")) return false;
  return field.name === "body" ? field.value !== field.defaultValue : !starters().includes(value);
};
for (const row of document.querySelectorAll("[data-loses]")) {
  row.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    const fields = document.querySelectorAll("main textarea, main input[name=passage]");
    if ([...fields].some(isTyped) && !confirm(row.dataset.loses)) event.preventDefault();
  });
}

// The moderators' keyboard: [data-key] names the letter, ? opens the sheet, Escape closes it.
const keyed = document.querySelectorAll("[data-key]");
if (keyed.length && document.body.dataset.keys !== "off") {
  const sheet = document.querySelector("[data-sheet]");
  for (const one of keyed) {
    const [line, key, verb] = [document.createElement("li"), document.createElement("kbd"), one.cloneNode(true)];
    for (const shown of verb.querySelectorAll("kbd")) shown.remove();
    key.textContent = one.dataset.key;
    line.append(key, ` ${verb.textContent.trim()}`);
    sheet?.querySelector("[data-sheet-keys]").append(line);
  }
  let before = null; // where the focus was when the sheet opened
  const show = (open) => {
    if (!sheet || sheet.hidden === !open) return;
    if (open) before = document.activeElement;
    sheet.hidden = !open;
    (open ? sheet : before)?.focus({ preventScroll: true });
  };
  let sent = false; // a key held or pressed twice sends one form
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape") {
      show(false);
      if (typing(event.target)) event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    if (event.key === "?" && sheet) {
      show(sheet.hidden);
      return event.preventDefault();
    }
    const target = [...keyed].find((one) => one.dataset.key === event.key);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "SUMMARY") {
      target.parentElement.open = true;
      (target.parentElement.querySelector("select, textarea, input:not([type=hidden])") ?? target).focus();
    } else {
      const needed = target.dataset.needs && target.form?.elements[target.dataset.needs];
      if (needed && !needed.value.trim()) needed.focus();
      else if (!sent) {
        sent = target.tagName === "BUTTON";
        if (sent) setTimeout(() => { sent = false; }, 3000);
        target.click();
      }
    }
  });
}

// A chosen reason offers its beginning, to be edited; what was typed is never replaced.
const reason = document.querySelector("select[name=reason]");
const words = reason?.form?.elements.note;
reason?.addEventListener("change", () => {
  const starter = document.querySelector(`[data-starter="${CSS.escape(reason.value)}"]`);
  if (starter && words && !words.value.trim()) words.value = starter.textContent.trim();
});

// A clock that runs on: the page says how much time is left when it was made, this keeps it true.
const due = document.querySelectorAll("[data-due]");
const tick = () => {
  for (const clock of due) {
    const left = Math.round((Date.parse(clock.dataset.due) - Date.now()) / 60000);
    clock.textContent = (left < 0 ? clock.dataset.over : clock.dataset.left).replace("{n}", Math.abs(left));
    clock.classList.toggle("tag-alert", left < 0);
    clock.classList.toggle("tag-sun", left >= 0 && left < 15);
  }
};
if (due.length) setInterval(tick, 30000);

// An open desk hears of care within a minute. Asking keeps no session alive; when it ends, this stops.
const bell = document.querySelector("[data-bell]");
if (bell) {
  let waiting = Number(bell.dataset.waiting);
  const ask = async () => {
    const answer = await fetch(bell.dataset.bell, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return answer ? clearInterval(asking) : undefined;
    const count = Number(await answer.text());
    bell.querySelector("[data-bell-sign]").hidden = !count;
    if (count > waiting && bell.dataset.sound) new Audio(bell.dataset.sound).play().catch(() => {});
    waiting = count;
  };
  const asking = setInterval(ask, 60000);
}
