// Preloaded into the HTTP servers: tells what memory is in use after a garbage collection, and ends the server
// together with the driver.
process.on("message", () => {
  globalThis.gc();
  setImmediate(() => {
    globalThis.gc();
    process.send(process.memoryUsage());
  });
});
process.on("disconnect", () => process.exit());
