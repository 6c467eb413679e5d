const SVG = "http://www.w3.org/2000/svg";

/** Lines on a field of 24 by 24. */
const PATHS = {
  brand: [
    "M3 17c2-1.6 4-1.6 6 0s4 1.6 6 0 4-1.6 6 0",
    "M3 21c2-1.6 4-1.6 6 0s4 1.6 6 0 4-1.6 6 0",
    "M4 13h16l-2-4H8z",
    "M10 9V5h4v4",
  ],
  server: ["M4 5h16v6H4z", "M4 13h16v6H4z", "M8 8h.01", "M8 16h.01"],
  tools: ["M14.5 6.5a4 4 0 0 0-5.3 5L4 16.7V20h3.3l5.2-5.2a4 4 0 0 0 5-5.3L15 12l-3-3z"],
  resources: ["M6 3h8l4 4v14H6z", "M14 3v4h4", "M9 12h6", "M9 16h6"],
  prompts: ["M4 5h16v11H9l-5 4z", "M8 9h8", "M8 12h5"],
  activity: ["M3 12h4l3-7 4 14 3-7h4"],
  sun: [
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
    "M12 2v2",
    "M12 20v2",
    "M2 12h2",
    "M20 12h2",
    "M5 5l1.4 1.4",
    "M17.6 17.6L19 19",
    "M19 5l-1.4 1.4",
    "M6.4 17.6L5 19",
  ],
  moon: ["M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z"],
  cut: [
    "M6 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    "M6 21a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    "M8.5 7.7L20 17",
    "M8.5 16.3L20 7",
  ],
  close: ["M6 6l12 12", "M18 6L6 18"],
  add: ["M12 5v14", "M5 12h14"],
  back: ["M15 5l-7 7 7 7"],
  next: ["M9 5l7 7-7 7"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  warning: ["M12 4L2.5 20h19z", "M12 10v4", "M12 17h.01"],
  play: ["M7 4.5v15l12-7.5z"],
  stop: ["M6 6h12v12H6z"],
  live: [
    "M12 10.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
    "M8 16a5.6 5.6 0 0 1 0-8",
    "M16 8a5.6 5.6 0 0 1 0 8",
    "M5 19a9.9 9.9 0 0 1 0-14",
    "M19 5a9.9 9.9 0 0 1 0 14",
  ],
  reload: ["M20 12a8 8 0 1 1-2.5-5.8", "M20 3v4.5h-4.5"],
  plug: ["M9 3v5", "M15 3v5", "M6 8h12v3a6 6 0 0 1-12 0z", "M12 17v4"],
  out: ["M5 12h14", "M13 6l6 6-6 6"],
  in: ["M19 12H5", "M11 6l-6 6 6 6"],
  trash: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13"],
  spark: ["M12 3l1.8 5.2L19 10l-5.2 1.8L12 17l-1.8-5.2L5 10l5.2-1.8z", "M19 16v4", "M17 18h4"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  external: ["M14 4h6v6", "M20 4l-9 9", "M18 14v6H4V6h6"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16 16l5 5"],
} as const;

export type IconName = keyof typeof PATHS;

/** A picture that says nothing to those who do not see it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const line of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
