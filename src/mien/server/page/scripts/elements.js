// Making and finding elements of the page.

/** The element with this id; it must be there. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/** An element with attributes and children; texts are never read as markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Change a text only where it differs, so that screen readers are not woken for nothing. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Give the person a file that was made on this page. */
export function offerFile(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the file over long before.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** "20260131-142501", for names of files. */
export function stamp(date = new Date()) {
  const two = (value) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
