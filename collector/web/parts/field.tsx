/** A field of a form with its label, and beside it what was wrong with it, which a screen reader reads with it. */
import type { ComponentChildren } from 'preact';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly type?: 'text' | 'password';
  readonly wrong?: string | null;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly size?: number;
}

export function Field({ type = 'text', ...props }: FieldProps) {
  const { id, label, value, onValue, wrong = null, placeholder, hint, required, size } = props;
  const input = {
    ...{ id, value, size, placeholder, required, autocomplete: 'off' },
    'aria-invalid': wrong !== null,
    'aria-describedby': wrong === null ? undefined : `${id}-wrong`,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => onValue(currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {hint !== undefined && <span class="soft"> ({hint})</span>}
      </label>
      {type === 'password' ? <input type="password" {...input} /> : <input type="text" {...input} />}
      {wrong !== null && (
        <span class="wrong" id={`${id}-wrong`}>
          {wrong}
        </span>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  /** What the empty choice is called; without it there is none. */
  readonly all?: string;
  readonly wrong?: string | null;
  readonly onValue: (value: string) => void;
}

export function Choice({ id, label, value, options, all, wrong = null, onValue }: ChoiceProps): ComponentChildren {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : `${id}-wrong`}
        onChange={({ currentTarget }) => onValue(currentTarget.value)}
      >
        {all !== undefined && <option value="">{all}</option>}
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
      {wrong !== null && (
        <span class="wrong" id={`${id}-wrong`}>
          {wrong}
        </span>
      )}
    </div>
  );
}
