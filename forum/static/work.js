// The door's proof of work: find the number whose hash is known. Without this file a waiting ticket does.
const form = document.querySelector("form[data-work-salt]");
const BATCH = 500;

async function solve({ workSalt, workChallenge, workMost }) {
  const text = new TextEncoder();
  const wanted = new Uint8Array(workChallenge.match(/../g).map((pair) => parseInt(pair, 16)));
  for (let start = 0; start <= Number(workMost); start += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, step) => start + step);
    const hashes = await Promise.all(numbers.map((n) => crypto.subtle.digest("SHA-256", text.encode(workSalt + n))));
    const found = hashes.findIndex((hash) => new Uint8Array(hash).every((byte, at) => byte === wanted[at]));
    if (found >= 0) return start + found;
  }
  return -1;
}

if (form && globalThis.crypto?.subtle) {
  form.querySelector("[data-work-words]").hidden = false;
  form.querySelector("[data-ticket-words]").hidden = true;
  let solution = null;
  const begin = () => { solution ??= solve(form.dataset); };
  form.addEventListener("focusin", begin, { once: true });
  form.addEventListener("submit", async (event) => {
    if (form.elements.altcha.value) return;
    event.preventDefault();
    form.querySelector("[data-working]").hidden = false;
    begin();
    const { workSalt: salt, workChallenge: challenge, workSignature: signature } = form.dataset;
    const number = await solution.catch(() => -1);
    const words = { algorithm: "SHA-256", challenge, number, salt, signature };
    if (number >= 0) form.elements.altcha.value = btoa(JSON.stringify(words));
    form.submit();
  });
}
