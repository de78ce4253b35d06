/** A picture from the server is SVG: it is read as XML, cut down to plain drawing, then put into the page. */

const SVG = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set([
  "svg",
  "g",
  "path",
  "rect",
  "circle",
  "ellipse",
  "line",
  "polyline",
  "polygon",
  "text",
  "tspan",
  "title",
  "desc",
  "defs",
  "clipPath",
  "use",
]);

/**
 * Return the picture as an element of the page, or null where it cannot be read.
 * @param {string} text
 */
export function drawing(text) {
  const named = text.replace(/<svg(?![^>]*\sxmlns=)/, `<svg xmlns="${SVG}"`); // as for HTML, which needs no name space
  const read = new DOMParser().parseFromString(named, "image/svg+xml");
  const root = read.documentElement;
  if (root.namespaceURI !== SVG || root.localName !== "svg" || read.querySelector("parsererror")) return null;
  for (const element of [root, ...root.querySelectorAll("*")]) clean(element);
  return document.importNode(root, true);
}

/** @param {Element} element */
function clean(element) {
  if (!ELEMENTS.has(element.localName)) {
    element.remove();
    return;
  }
  for (const { name, localName, value } of [...element.attributes]) {
    const isForeign = localName === "href" && !value.startsWith("#");
    if (localName.startsWith("on") || localName === "style" || isForeign) element.removeAttribute(name);
  }
}
