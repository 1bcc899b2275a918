// The reference writes its styles itself. The policy allows those that know this answer's number, and no others; most of
// it looks the number up, what it is made of does not.
const nonce = document.querySelector("meta[property=csp-nonce]").content;
const create = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = create(name, options);
  if (String(name).toLowerCase() === "style") element.nonce = nonce;
  return element;
};
// An attribute has no number, so what it says is given to the element instead: where it is set, and where it is part of
// the HTML of a highlighted sample.
const attribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style") this.style.cssText = value;
  else attribute.call(this, name, value);
};
const html = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
Object.defineProperty(Element.prototype, "innerHTML", {
  ...html,
  set(value) {
    html.set.call(this, String(value ?? "").replace(/(<code class="[^"<>]*") style="/g, '$1 data-style="'));
    for (const code of this.querySelectorAll("code[data-style]")) code.style.cssText = code.dataset.style;
  },
});
