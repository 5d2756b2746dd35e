/** Starts htmx, the islands and the few behaviours that every page has. */
import htmx from "htmx.org";
import { listen } from "./lib/page.ts";
import { startWorker } from "./lib/worker.ts";
import { watchIslands } from "./mount.ts";

document.documentElement.classList.add("js");
Object.assign(window, { htmx });
listen();
watchIslands();
startWorker();
