// Extras of a thread: everything works without this file.

// A reaction changes its button alone, and a marked passage is quoted where it is needed: nothing reloads.
for (const button of document.querySelectorAll("button[data-react]")) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const sent = { csrf_token: button.form.elements.csrf_token.value, stay: "yes", [button.name]: button.value };
    const answer = await fetch(button.formAction, {
      method: "POST", body: new URLSearchParams(sent), credentials: "same-origin",
    });
    if (answer.status !== 204) return button.form.requestSubmit(button);
    const given = button.name === "word";
    button.name = given ? "take" : "word";
    button.setAttribute("aria-pressed", String(given));
    button.querySelector("span").hidden = !given;
  });
}
for (const button of document.querySelectorAll("button[data-quote]")) {
  button.addEventListener("click", (event) => {
    const marked = getSelection();
    const passage = String(marked).trim();
    const inside = passage && button.closest("article").querySelector(".prose").contains(marked.anchorNode);
    if (!inside) return;
    event.preventDefault();
    const reply = button.form.elements.body;
    const quote = [...passage].slice(0, 300).join("").replace(/^/gm, "> ");
    reply.value = `${reply.value.trimEnd()}\n\n${quote}\n\n`.trimStart();
    reply.dispatchEvent(new Event("input"));
    reply.focus();
  });
}
