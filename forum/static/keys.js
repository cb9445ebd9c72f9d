// The moderators' keyboard: [data-key] names the letter, ? opens the sheet, Escape closes it.
const typing = (t) => t.closest("input, textarea, select, [contenteditable]");
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
