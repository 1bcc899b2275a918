// Names of skills as one types. The list is the browser's own, so that keys and screen readers know it.
const field = document.querySelector("input[data-suggestions]");
const list = field && document.getElementById(field.getAttribute("list"));
let asked = "";
let pause = 0;

async function suggest() {
  const words = field.value.trim();
  if (words.length < 2 || words === asked) return;
  asked = words;
  const answer = await fetch(`/api/catalog/skills?limit=8&facets=false&q=${encodeURIComponent(words)}`);
  if (!answer.ok || words !== asked) return;
  const { items } = await answer.json();
  list.replaceChildren(...items.map(({ name }) => harmless(name)).map((name) => new Option(name, name)));
}

// As on pages: without the characters that turn the direction of the text around them.
function harmless(name) {
  return name.replace(/[\u202A-\u202E\u2066-\u2069]/g, "");
}

field?.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => suggest().catch(() => {}), 150);
});
