/** The inputs for what the shop asks its buyers for, each with its error beside it. */
import type { AttachedField } from '../api/custom-fields.ts';
import { CheckboxField, TextareaField } from '../parts/answer-fields.tsx';
import { InputField, SelectField } from '../parts/field.tsx';
import type { Answers } from './field-answers.ts';

interface CustomFieldsProps {
  readonly fields: readonly AttachedField[];
  readonly answers: Answers;
  readonly errors: Readonly<Record<string, string | undefined>>;
  readonly onChange: (answers: Answers) => void;
}

export function CustomFields({ fields, answers, errors, onChange }: CustomFieldsProps) {
  return fields.map((field) => {
    const { slug } = field.custom_field;
    return (
      <OneField
        key={slug}
        field={field}
        answer={answers[slug]}
        error={errors[slug]}
        onAnswer={(answer) => onChange({ ...answers, [slug]: answer })}
      />
    );
  });
}

interface OneFieldProps {
  readonly field: AttachedField;
  readonly answer: string | boolean | undefined;
  readonly error: string | undefined;
  readonly onAnswer: (answer: string | boolean) => void;
}

function OneField({ field: { custom_field: field, required }, answer, error, onAnswer }: OneFieldProps) {
  const { form_label, form_help_text: hint, form_placeholder: placeholder, ...rules } = field.properties;
  const common = { label: form_label ?? field.name, hint, required, error };
  const value = typeof answer === 'string' ? answer : '';
  const typed = {
    ...common,
    ...{ value, placeholder },
    onChange: (event: { target: { value: string } }) => onAnswer(event.target.value),
  };
  switch (field.type) {
    case 'text':
      return rules.textarea === true ? (
        <TextareaField {...typed} maxLength={rules.max_length} />
      ) : (
        <InputField {...typed} maxLength={rules.max_length} />
      );
    case 'number':
      return <InputField {...typed} inputMode="numeric" />;
    case 'date':
      return <InputField {...typed} type="date" min={dayOf(rules.ge)} max={dayOf(rules.le)} />;
    case 'checkbox':
      return (
        <CheckboxField {...common} checked={answer === true} onChange={(event) => onAnswer(event.target.checked)} />
      );
    case 'select':
      return (
        <SelectField {...common} value={value} onChange={(event) => onAnswer(event.target.value)}>
          <option value="">{placeholder ?? 'Choose …'}</option>
          {rules.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </SelectField>
      );
  }
}

/** Bounds of dates are seconds since 1970; inputs want days. */
const dayOf = (seconds: number | undefined) =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString().slice(0, 10);
