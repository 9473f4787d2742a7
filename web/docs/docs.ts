// The API reference: swagger-ui on the document of the cluster. Whoever is signed in to the console is signed in here.
import { createSession } from "../src/api/session.ts";

interface SwaggerUi {
  preauthorizeApiKey(scheme: string, token: string): void;
}
declare const SwaggerUIBundle: (options: {
  url: string;
  dom_id: string;
  deepLinking: boolean;
  onComplete: () => void;
}) => SwaggerUi;

const SCHEME = "bearer";
const session = createSession();

const ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  onComplete: () => {
    session.onToken(signIn);
    void session.start();
  },
});

function signIn(token: string): void {
  ui.preauthorizeApiKey(SCHEME, token);
  const state = session.state.get();
  const account = document.getElementById("account");
  if (account && state.status === "signedIn") account.textContent = `Calls are made as ${state.user.name}`;
}
