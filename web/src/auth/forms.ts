// The forms before one is signed in: which fields they have and where they go.

export type AuthMode = "signIn" | "register" | "reset";
export type FieldName = "name" | "email" | "password" | "invitation" | "code";

export const FIELDS: Record<FieldName, { label: string; type: string; autoComplete: string }> = {
  name: { label: "Your name", type: "text", autoComplete: "name" },
  email: { label: "E-mail address", type: "email", autoComplete: "email" },
  password: { label: "Password", type: "password", autoComplete: "current-password" },
  invitation: { label: "Invitation code", type: "text", autoComplete: "off" },
  code: { label: "Reset code", type: "text", autoComplete: "one-time-code" },
};

interface AuthForm {
  title: string;
  path: string;
  fields: readonly FieldName[];
  action: string;
  /** What the browser adds of itself. */
  extra: () => object;
  others: readonly (readonly [AuthMode, string])[];
}

const nothing = (): object => ({});

export const FORMS: Record<AuthMode, AuthForm> = {
  signIn: {
    title: "Sign in",
    path: "/auth/login",
    fields: ["email", "password"],
    action: "Sign in",
    extra: nothing,
    others: [
      ["register", "Create an account"],
      ["reset", "Forgotten your password?"],
    ],
  },
  register: {
    title: "Create an account",
    path: "/auth/register",
    fields: ["name", "email", "password"],
    action: "Create account",
    extra: () => ({ zone: browserZone() }),
    others: [["signIn", "I have an account"]],
  },
  reset: {
    title: "Set a new password",
    path: "/auth/reset",
    fields: ["code", "password"],
    action: "Set password",
    extra: nothing,
    others: [["signIn", "Back to sign in"]],
  },
};

/** The IANA zone of this device: what "at five" means. */
export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
