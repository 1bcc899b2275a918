// The reference writes its styles itself. The policy allows those that know this answer's number, and no others.
const { nonce } = document.currentScript.dataset;
const create = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = create(name, options);
  if (String(name).toLowerCase() === "style") element.nonce = nonce;
  return element;
};
