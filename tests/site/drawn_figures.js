// What a reader sees of the page's figures: every text with the box of its ink, its size and the colour behind it, and
// every line with its colour. All sizes are pixels of the screen, boxes are measured from the figure's upper left corner.
async () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = "#000";
    canvas.fillStyle = colour;
    const [, r, g, b, a] = /rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)/.exec(colour) || [0, 0, 0, 0, 0];
    return [Number(r), Number(g), Number(b), a === undefined ? 1 : Number(a)];
  };
  const over = (top, alpha, below) => below.map((c, i) => alpha * top[i] + (1 - alpha) * c);
  const opacity = e => {
    let product = 1;
    for (; e && e.localName !== "svg"; e = e.parentElement) product *= Number(getComputedStyle(e).opacity);
    return product;
  };
  const page = () => {
    for (let e = document.querySelector("main"); e; e = e.parentElement) {
      const [r, g, b, a] = rgba(getComputedStyle(e).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const pixels = new Map();
  for (const image of document.querySelectorAll("main figure svg image")) {
    const bitmap = new Image(), own = document.createElement("canvas");
    bitmap.src = image.href.baseVal;
    await bitmap.decode();
    own.width = bitmap.naturalWidth;
    own.height = bitmap.naturalHeight;
    const context = own.getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    pixels.set(image, context);
  }
  const inside = (e, x, y) => new DOMPoint(x, y).matrixTransform(e.getScreenCTM().inverse());
  const pixelOf = (image, x, y) => {
    const { canvas } = pixels.get(image), box = image.getBBox(), p = inside(image, x, y);
    const i = Math.floor(((p.x - box.x) / box.width) * canvas.width);
    const j = Math.floor(((p.y - box.y) / box.height) * canvas.height);
    const [r, g, b, a] = pixels.get(image).getImageData(i, j, 1, 1).data;
    return [[r, g, b], a / 255];
  };
  const behind = (svg, x, y) => {
    let colour = page();
    const hit = document.elementsFromPoint(x, y).filter(e => svg.contains(e) && !e.closest("text"));
    for (const e of hit.reverse()) {
      const style = getComputedStyle(e);
      if (e.localName === "image") colour = over(...pixelOf(e, x, y), colour);
      else if (style.fill !== "none" && e.isPointInFill && e.isPointInFill(inside(e, x, y))) {
        const [r, g, b, a] = rgba(style.fill);
        colour = over([r, g, b], a * Number(style.fillOpacity) * opacity(e), colour);
      }
    }
    return colour;
  };
  // The ink of a text, without the room that every font leaves above and below its letters.
  const ink = text => {
    const leaf = text.querySelector("tspan") || text, size = parseFloat(getComputedStyle(leaf).fontSize);
    const style = getComputedStyle(leaf);
    canvas.font = `${style.fontStyle} ${style.fontWeight} ${size}px ${style.fontFamily}`;
    const font = canvas.measureText("x"), drawn = canvas.measureText(text.textContent);
    const box = text.getBBox();
    const top = box.y + Math.max(0, font.fontBoundingBoxAscent - drawn.actualBoundingBoxAscent);
    const bottom = box.y + box.height - Math.max(0, font.fontBoundingBoxDescent - drawn.actualBoundingBoxDescent);
    const corners = [[box.x, top], [box.x + box.width, top], [box.x, bottom], [box.x + box.width, bottom]]
      .map(([x, y]) => new DOMPoint(x, y).matrixTransform(text.getScreenCTM()));
    const xs = corners.map(p => p.x), ys = corners.map(p => p.y);
    return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  };
  const scale = e => { const m = e.getScreenCTM(); return Math.hypot(m.a, m.b); };

  const textOf = (svg, text) => {
    text.scrollIntoView({ block: "center", behavior: "instant" });
    const box = ink(text), area = svg.getBoundingClientRect(), parts = [...text.querySelectorAll("tspan")];
    const [r, g, b, a] = rgba(getComputedStyle(text).fill);
    const below = behind(svg, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
    const sizes = (parts.length ? parts : [text]).map(e => parseFloat(getComputedStyle(e).fontSize) * scale(text));
    return {
      words: text.textContent.trim(), is_formula: parts.length > 0, size: Math.min(...sizes),
      left: box.left - area.left, right: box.right - area.left, top: box.top - area.top, bottom: box.bottom - area.top,
      colour: over([r, g, b], a * opacity(text), below), behind: below,
    };
  };
  const lineOf = e => {
    const style = getComputedStyle(e), [r, g, b, a] = rgba(style.stroke);
    const alpha = parseFloat(style.strokeWidth) > 0 ? a * Number(style.strokeOpacity) * opacity(e) : 0;
    return { alpha, colour: over([r, g, b], alpha, page()) };
  };

  document.querySelectorAll(".rnn-frame").forEach(frame => { frame.hidden = false; });
  return [...document.querySelectorAll("main figure:not(.rnn-live) svg:not(svg svg)")].map(svg => {
    const texts = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim());
    const drawn = [...svg.querySelectorAll("path, use, rect, line")].filter(e => !e.closest("defs, clipPath"));
    const { left, width, height } = svg.getBoundingClientRect();
    return {
      alt: svg.getAttribute("aria-label") || "", role: svg.getAttribute("role"), left, width, height, page: page(),
      texts: texts.map(text => textOf(svg, text)), lines: drawn.map(lineOf).filter(line => line.alpha > 0),
    };
  });
}
