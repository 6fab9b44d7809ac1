/** Inputs for longer answers and for ticks, labelled and with their errors like the others. */
import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId } from 'react';
import { type Described, Label, More } from './field.tsx';

type TextareaProps = Described & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'>;

export function TextareaField({ label, error, hint, ...textarea }: TextareaProps) {
  const id = useId();
  return (
    <div className="field">
      <Label id={id} label={label} required={textarea.required} />
      <textarea id={id} rows={3} aria-invalid={error !== undefined} aria-describedby={`${id}-more`} {...textarea} />
      <More id={id} error={error} hint={hint} />
    </div>
  );
}

type CheckboxProps = Described & Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'type'>;

export function CheckboxField({ label, error, hint, ...input }: CheckboxProps) {
  const id = useId();
  return (
    <div className="field">
      <div className="tick">
        <input
          id={id}
          className="tick-box"
          type="checkbox"
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-more`}
          {...input}
        />
        <Label id={id} label={label} required={input.required} />
      </div>
      <More id={id} error={error} hint={hint} />
    </div>
  );
}
