// Extras of the desk: all works without this file.

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
