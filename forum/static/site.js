// Extras only: every page works without this file. Nothing is stored, nothing is asked of other sites.

// Leave this site: end the session, then replace this page so that "back" does not show it.
for (const form of document.querySelectorAll("form[data-leave]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    document.title = "";
    let gone = false;
    const go = () => {
      if (!gone) location.replace(form.dataset.leave);
      gone = true;
    };
    fetch(form.action, { method: "POST", keepalive: true, credentials: "same-origin" }).then(go, go);
    setTimeout(go, 700);
  });
}

// Whoever goes away from words that are neither sent nor kept is asked first; who sends or leaves the site is not.
let going = false;
document.addEventListener("submit", () => { going = true; }, true);
const isUnsaved = (area) =>
  area.form?.method === "post" && area.value.trim() &&
  (area.value !== area.defaultValue || "typed" in document.body.dataset);
addEventListener("beforeunload", (event) => {
  if (!going && [...document.querySelectorAll("textarea")].some(isUnsaved)) event.preventDefault();
});

// A page taken from the back-forward cache may show what its reader has since left.
addEventListener("pageshow", (event) => {
  going = event.persisted;
  if (event.persisted) location.reload();
});

document.querySelector("[data-focus]")?.focus();

// How many characters are left, counted as the server counts them; said aloud only near the end.
for (const area of document.querySelectorAll("textarea[data-max]")) {
  const count = document.getElementById(area.id + "-count");
  const show = () => {
    const left = Number(area.dataset.max) - [...area.value].length;
    const text = left < 0 ? count.dataset.over : count.dataset.left;
    count.textContent = text.replace("{n}", Math.abs(left).toLocaleString(document.documentElement.lang));
    count.classList.toggle("count-near", left < 200);
    if (left < 200) count.setAttribute("aria-live", "polite");
    else count.removeAttribute("aria-live");
  };
  if (count) {
    area.addEventListener("input", show);
    if (area.value) show();
  }
}

// Paper cannot be unfolded: everything is open while a page is printed, also where styles cannot do it.
const folded = new Set();
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    folded.add(part);
    part.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const part of folded) part.open = false;
  folded.clear();
});
