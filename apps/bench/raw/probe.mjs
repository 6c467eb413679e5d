// Preloaded into the HTTP servers: tells what memory is in use after a garbage collection, or what was used of the
// processor and the most memory there ever was, and ends the server together with the driver.
process.on("message", (asked) => {
  if (asked === "usage") {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    process.send({ cpuUs: userCPUTime + systemCPUTime, maxRss: maxRSS * 1024 });
    return;
  }
  globalThis.gc();
  setImmediate(() => {
    globalThis.gc();
    process.send(process.memoryUsage());
  });
});
process.on("disconnect", () => process.exit());
