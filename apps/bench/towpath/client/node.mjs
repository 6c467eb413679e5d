import { streamableHttpClient } from "@towpath/transport-http";
import { connectOver } from "./calls.mjs";

export const connect = (url, era) => connectOver(streamableHttpClient(url), era);
