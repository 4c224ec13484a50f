// Before axe-core reads a page: mark what it must look at, and take away what it need not.
// A chapter has 15,000 elements; most lie inside pictures and formulas, which are one thing each to a reader.
const PAINTED = "svg[role=img], mjx-container";

// One text of each kind, that is of each colour, size and weight on each ground, stands for all others of its kind.
function markKindsOfText() {
  const grounds = new Map([[null, ""]]);
  const ground = element => {
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const own = style.backgroundColor === "rgba(0, 0, 0, 0)" ? "" : style.backgroundColor;
      const faded = style.opacity === "1" ? "" : style.opacity;
      grounds.set(element, ground(element.parentElement) + own + faded);
    }
    return grounds.get(element);
  };
  const seen = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest(PAINTED)) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const kind = [style.color, style.fontSize, style.fontWeight, ground(element)].join("|");
    if (!seen.has(kind)) element.dataset.kind = "";
    seen.add(kind);
  }
}

function emptyPictures() {
  document.querySelectorAll("svg[role=img]").forEach(picture => picture.replaceChildren());
  const formulas = [...document.querySelectorAll("mjx-math")];
  const sizes = formulas.map(formula => formula.getBoundingClientRect());  // all before any is changed
  formulas.forEach((formula, i) => {
    const size = sizes[i];
    formula.style.cssText += `;display:inline-block;overflow:hidden;vertical-align:top;width:${size.width}px;height:${size.height}px`;
    formula.textContent = "formula";  // something to read, or axe would not ask who can scroll to it
  });
  document.querySelectorAll("mjx-assistive-mml").forEach(spoken => { spoken.textContent = "formula"; });
}

function flattenCode() {
  document.querySelectorAll("pre span:not([data-kind], :has([data-kind]))").forEach(e => e.replaceWith(e.textContent));
}
