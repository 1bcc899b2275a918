// The reference writes its styles itself. The policy allows those that know this answer's number, and no others; most of
// it looks the number up, what it is made of does not.
const nonce = document.querySelector("meta[property=csp-nonce]").content;
const create = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = create(name, options);
  if (String(name).toLowerCase() === "style") element.nonce = nonce;
  return element;
};
