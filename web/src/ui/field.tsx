// A labelled input with its error beside it.
import type { InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  error?: string | undefined;
  /** The label is only for those who do not see the placeholder. */
  quiet?: boolean;
  type?: string;
  placeholder?: string;
  autoComplete?: string;
  maxLength?: number;
  disabled?: boolean;
}

export function Field({ label, value, onValue, error, quiet = false, ...input }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={quiet ? "visually-hidden" : ""}>
        {label}
      </label>
      <input
        // Preact's types tell inputs apart by their type, which a variable cannot.
        {...(input as InputHTMLAttributes<HTMLInputElement>)}
        id={id}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {error && (
        <p id={`${id}-error`} class="field-error">
          {error}
        </p>
      )}
    </div>
  );
}
