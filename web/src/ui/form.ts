// What every form does: one submission at a time, its problem beside the field or above the button.
import { useState } from "preact/hooks";
import { ProblemError, wordsOf } from "../api/problem.ts";

export interface FormState {
  busy: boolean;
  problem: string | null;
  code: string | null;
  fields: Readonly<Record<string, string>>;
}

const CALM: FormState = { busy: false, problem: null, code: null, fields: {} };

/** @param names fields that the form shows: a problem of another field is told above the button */
export function useForm(names: readonly string[]) {
  const [state, setState] = useState(CALM);
  const submit = async (work: () => Promise<unknown>): Promise<boolean> => {
    setState({ ...CALM, busy: true });
    try {
      await work();
      setState(CALM);
      return true;
    } catch (error) {
      const known = error instanceof ProblemError ? error : undefined;
      const fields = known?.fields ?? {};
      const atFields = Object.keys(fields).length > 0 && Object.keys(fields).every((name) => names.includes(name));
      setState({ busy: false, problem: atFields ? null : wordsOf(error), code: known?.code ?? null, fields });
      focusFirstError();
      return false;
    }
  };
  return { ...state, submit, reset: () => setState(CALM) };
}

function focusFirstError(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}
