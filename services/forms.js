// What a form lacks is said by the page at the field, in its own language, and not by the browser in a bubble of its own.
// Without scripts the browser says it.
const words = document.body.dataset;
const notes = new WeakMap();
let count = 0;
let first = null;

function why({ validity, type, localName, minLength }) {
  if (validity.valueMissing) {
    if (type === "checkbox") return words.tick;
    if (type === "radio" || localName === "select") return words.choose;
    return type === "file" ? words.file : words.fill;
  }
  if (validity.tooShort) return words.short.replace("{0}", minLength);
  if (type === "date" || type === "time") return words.time;
  if (type === "number" || validity.patternMismatch) return words.number;
  return type === "email" ? words.email : words.other;
}

// Of several radio buttons the first speaks for all.
function speaker(field) {
  return field.type === "radio" ? field.form.elements[field.name][0] ?? field : field;
}

function described(field, id, by) {
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((other) => other && other !== id);
  const all = by ? [id, ...others] : others;
  if (all.length) field.setAttribute("aria-describedby", all.join(" "));
  else field.removeAttribute("aria-describedby");
}

document.addEventListener(
  "invalid",
  (event) => {
    event.preventDefault();
    const field = speaker(event.target);
    const note = notes.get(field) ?? document.createElement("span");
    if (!notes.has(field)) {
      notes.set(field, note);
      note.className = "problem errors";
      note.id = `wrong-${++count}`;
      (field.closest("label") ?? field).before(note);
      field.setAttribute("aria-invalid", "true");
      described(field, note.id, true);
    }
    note.textContent = why(event.target);
    for (let fold; (fold = field.closest("details:not([open])")); ) fold.open = true;
    // All that is wrong is told one after the other; one begins at the first.
    if (!first) setTimeout(() => (first = first.focus()), 0);
    first ??= field;
  },
  true,
);

document.addEventListener("input", ({ target }) => {
  const field = speaker(target);
  const note = notes.get(field);
  if (!note || !target.validity.valid) return;
  notes.delete(field);
  note.remove();
  field.removeAttribute("aria-invalid");
  described(field, note.id, false);
});
