// Show and hide a passphrase that is being typed, and say when it is the offered one. Nothing leaves the page.
const offered = document.querySelector("[data-offered]")?.textContent.trim();

for (const field of document.querySelectorAll("input[type=password][data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet btn-small show-words";
  button.textContent = field.dataset.show;
  button.setAttribute("aria-controls", field.id);
  const turn = (hidden) => {
    field.type = hidden ? "password" : "text";
    button.textContent = hidden ? field.dataset.show : field.dataset.hide;
  };
  button.addEventListener("click", () => turn(field.type === "text"));
  field.form.addEventListener("submit", () => turn(true));
  field.after(button);
  if (field.dataset.same && offered) {
    const same = document.createElement("p");
    same.className = "hint";
    same.setAttribute("role", "status");
    button.after(same);
    field.addEventListener("input", () => {
      same.textContent = field.value.trim() === offered ? field.dataset.same : "";
    });
  }
}
