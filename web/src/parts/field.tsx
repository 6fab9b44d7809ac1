/** One labelled input with its error beneath, tied together for screen readers. */
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';

export interface Described {
  readonly label: string;
  readonly error?: string;
  readonly hint?: ReactNode;
}

type InputProps = Described & { readonly mark?: string } & Omit<InputHTMLAttributes<HTMLInputElement>, 'id'>;

/** `mark` is a word shown inside the field at its end, such as a card's brand. */
export function InputField({ label, error, hint, mark, ...input }: InputProps) {
  const id = useId();
  return (
    <div className="field">
      <Label id={id} label={label} required={input.required} />
      <div className={mark === undefined ? undefined : 'with-mark'}>
        <input id={id} aria-invalid={error !== undefined} aria-describedby={`${id}-more`} {...input} />
        {mark !== undefined && <span>{mark}</span>}
      </div>
      <More id={id} error={error} hint={hint} />
    </div>
  );
}

type SelectProps = Described & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id'>;

export function SelectField({ label, error, hint, children, ...select }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <Label id={id} label={label} required={select.required} />
      <select id={id} aria-invalid={error !== undefined} aria-describedby={`${id}-more`} {...select}>
        {children}
      </select>
      <More id={id} error={error} hint={hint} />
    </div>
  );
}

export function Label({ id, label, required }: { id: string; label: string; required?: boolean }) {
  return (
    <label htmlFor={id}>
      {label}
      {required !== true && <span className="soft"> (optional)</span>}
    </label>
  );
}

export function More({ id, error, hint }: { id: string; error?: string; hint?: ReactNode }) {
  return (
    <div id={`${id}-more`} aria-live="polite">
      {error !== undefined && <span className="field-error">{error}</span>}
      {error === undefined && hint !== undefined && <span className="soft small">{hint}</span>}
    </div>
  );
}

/** Moves the keyboard to the first field that is wrong, after React has marked it. */
export function focusFirstInvalid(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
