const SVG = "http://www.w3.org/2000/svg";

/** What is seen from the towpath: a boat on the canal, a bridge, the hills behind. */
const SHAPES: readonly (readonly [className: string, path: string])[] = [
  ["sky-sun", "M300 46a22 22 0 1 1 .01 0z"],
  ["hill far", "M0 92C60 62 118 58 176 82s128 20 184-8 92-18 120-6v52H0z"],
  ["hill near", "M0 108c70-26 130-22 196-8s150 8 284-14v40H0z"],
  ["path", "M0 120h480v8H0z"],
  ["water", "M0 128h480v52H0z"],
  ["bridge", "M326 128V106Q396 74 466 106V128H438a42 29 0 0 0-84 0z"],
  ["hull", "M92 132h150l-10 18H112q-14 0-20-18z"],
  ["cabin", "M126 132v-20h88v20z"],
  ["windows", "M136 118h14v8h-14zM160 118h14v8h-14zM184 118h14v8h-14z"],
  ["chimney", "M200 112v-12h8v12z"],
  ["smoke", "M204 94c-6-6 6-8 0-15s6-8 1-14"],
  ["line", "M92 134Q60 118 28 121"],
  ["walker", "M24 108a4 4 0 1 1 .01 0zM20 110h8l2 12h-4l-2-6-2 6h-4z"],
  [
    "wave",
    "M12 144q10-5 20 0t20 0M262 142q10-5 20 0t20 0M320 158q10-5 20 0t20 0M60 164q10-5 20 0t20 0M196 166q10-5 20 0t20 0M404 148q10-5 20 0t20 0",
  ],
];

export function scene(): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 480 180");
  svg.setAttribute("class", "scene");
  svg.setAttribute("aria-hidden", "true");
  for (const [className, line] of SHAPES) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", className);
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
