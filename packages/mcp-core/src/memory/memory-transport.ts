import type { ClientTransport, Dispatcher } from "../contract/index.js";

/**
 * Connects a client to a server in the same process. Messages pass by value, as they would anywhere else:
 * what JSON cannot carry shows here, and neither side can change what the other holds.
 */
export function memoryTransport(dispatcher: Dispatcher): ClientTransport {
  return {
    name: "memory",
    connect: async (receiver) => {
      // Loaded here, as most clients have their server elsewhere.
      const { connectInProcess } = await import("./connect-in-process.js");
      return connectInProcess(dispatcher, receiver);
    },
  };
}
