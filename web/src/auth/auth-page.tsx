// Sign in, register, or set a new password with a code.
import { useEffect, useRef, useState } from "preact/hooks";
import { CODES } from "../api/problem.ts";
import type { SessionControl } from "../api/session.ts";
import { Field } from "../ui/field.tsx";
import { useForm } from "../ui/form.ts";
import { Logo } from "../ui/logo.tsx";
import { type AuthMode, FIELDS, type FieldName, FORMS } from "./forms.ts";

type Values = Record<FieldName, string>;
const EMPTY: Values = { name: "", email: "", password: "", invitation: "", code: "" };

export function AuthPage({ session, notice }: { session: SessionControl; notice: string | null }) {
  const [mode, setMode] = useState<AuthMode>("signIn");
  return (
    <main class="auth">
      <section class="auth-stage">
        <Logo />
        <h1>Vivavoce</h1>
        <p class="spoken">“Remind me to call mum tomorrow at five.”</p>
        <p>Say it, and it is done: kept, shown on all your devices, and rung when its time comes.</p>
      </section>
      <section class="auth-card" aria-labelledby="auth-title">
        {notice && (
          <p class="notice" role="status">
            {notice}
          </p>
        )}
        <AuthForm key={mode} mode={mode} session={session} onMode={setMode} />
      </section>
    </main>
  );
}

interface AuthFormProps {
  mode: AuthMode;
  session: SessionControl;
  onMode: (mode: AuthMode) => void;
}

function AuthForm({ mode, session, onMode }: AuthFormProps) {
  const { title, path, fields, action, extra, others } = FORMS[mode];
  const [values, setValues] = useState(EMPTY);
  const [invited, setInvited] = useState(false);
  const first = useRef<HTMLFormElement>(null);
  const shown = invited ? [...fields, "invitation" as const] : fields;
  const form = useForm(shown);

  useEffect(() => first.current?.querySelector("input")?.focus(), []);
  // Whether an invitation is needed is the platform's to say.
  useEffect(() => {
    if (form.code === CODES.invitationInvalid) setInvited(true);
  }, [form.code]);

  const submit = (event: Event): void => {
    event.preventDefault();
    const given = Object.fromEntries(shown.map((name) => [name, values[name].trim() || values[name]]));
    void form.submit(() => session.enter(path, { ...given, ...extra() }));
  };

  return (
    <form class="stack" ref={first} onSubmit={submit} noValidate>
      <h2 id="auth-title">{title}</h2>
      {shown.map((name) => (
        <Field
          key={name}
          {...FIELDS[name]}
          autoComplete={name === "password" && mode !== "signIn" ? "new-password" : FIELDS[name].autoComplete}
          value={values[name]}
          onValue={(value) => setValues({ ...values, [name]: value })}
          error={form.fields[name]}
        />
      ))}
      {form.problem && (
        <p class="form-problem" role="alert">
          {form.problem}
        </p>
      )}
      <button type="submit" class="button button-wide" disabled={form.busy}>
        {form.busy ? "One moment…" : action}
      </button>
      <p class="auth-others">
        {others.map(([other, words]) => (
          <button key={other} type="button" class="link-button" onClick={() => onMode(other)}>
            {words}
          </button>
        ))}
      </p>
    </form>
  );
}
