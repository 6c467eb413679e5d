import { button, fill } from "./dom.js";
import { icon } from "./icons.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? dark.matches : theme === "dark";
}

/** Turns the page from light to dark and back, and remembers. */
export function themeButton(): HTMLButtonElement {
  const made = button({ class: "ghost icon-only" }, () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
    show();
  });
  const show = (): void => {
    const words = isDark() ? "Light colours" : "Dark colours";
    made.setAttribute("aria-label", words);
    made.title = words;
    fill(made, icon(isDark() ? "sun" : "moon"));
  };
  dark.addEventListener("change", show);
  show();
  return made;
}
