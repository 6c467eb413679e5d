// Longer delays overflow a 32-bit integer and would fire at once.
const LONGEST_MS = 2 ** 31 - 1;

/** Runs the task once after `ms`, `Infinity` being never, without keeping the process alive; gives what cancels it. */
export function after(ms: number, task: () => void): () => void {
  const due = performance.now() + ms;
  if (due === Infinity) return () => undefined;
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const wait = Math.min(Math.max(Math.ceil(leftMs), 0), LONGEST_MS);
    timer = setTimeout(fire, wait).unref();
  };
  const fire = (): void => {
    const leftMs = due - performance.now();
    if (leftMs > 0) arm(leftMs);
    else task();
  };
  arm(ms);
  return () => clearTimeout(timer);
}
