// The console's entry: one session for the page, and the page for it.
import { render } from "preact";
import { createSession } from "./api/session.ts";
import { App } from "./app.tsx";

const session = createSession();
void session.start();
render(<App session={session} />, document.getElementById("app") as HTMLElement);
