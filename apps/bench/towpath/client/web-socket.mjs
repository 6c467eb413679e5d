import { webSocketClient } from "@towpath/transport-ws";
import { connectOver } from "./calls.mjs";

export const connect = (url, era) => connectOver(webSocketClient(url), era);
