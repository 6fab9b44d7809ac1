/** The fields of an address, as many as are asked for; the region is a list where tax needs its exact code. */
import type { AddressModes } from '../api/checkouts.ts';
import { InputField, SelectField } from '../parts/field.tsx';
import type { AddressDraft, AddressPart } from './address.ts';
import { COUNTRIES } from './countries.ts';
import { regionsOf } from './regions.ts';
import { wordFor } from './wording.ts';

interface AddressFieldsProps {
  readonly draft: AddressDraft;
  readonly modes: AddressModes;
  readonly errors: Partial<Record<AddressPart, string>>;
  readonly onChange: (draft: AddressDraft) => void;
}

const FILLED_BY: Record<Exclude<AddressPart, 'country' | 'state'>, string> = {
  line1: 'billing address-line1',
  line2: 'billing address-line2',
  postal_code: 'billing postal-code',
  city: 'billing address-level2',
};

export function AddressFields({ draft, modes, errors, onChange }: AddressFieldsProps) {
  const text = (part: keyof typeof FILLED_BY) => {
    if (modes[part] === 'disabled') return null;
    return (
      <InputField
        label={wordFor(part, draft.country)}
        autoComplete={FILLED_BY[part]}
        required={modes[part] === 'required'}
        maxLength={200}
        value={draft[part]}
        error={errors[part]}
        onChange={(event) => onChange({ ...draft, [part]: event.target.value })}
      />
    );
  };

  return (
    <>
      {modes.country !== 'disabled' && (
        <SelectField
          label="Country"
          autoComplete="billing country"
          required={modes.country === 'required'}
          value={draft.country}
          error={errors.country}
          onChange={(event) => onChange({ ...draft, country: event.target.value, state: '', postal_code: '' })}
        >
          <option value="">Choose a country</option>
          {COUNTRIES.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      {text('line1')}
      {text('line2')}
      {modes.postal_code === 'disabled' || modes.city === 'disabled' ? (
        <>
          {text('postal_code')}
          {text('city')}
        </>
      ) : (
        <div className="field-pair">
          {text('postal_code')}
          {text('city')}
        </div>
      )}
      {modes.state !== 'disabled' && <RegionField draft={draft} modes={modes} errors={errors} onChange={onChange} />}
    </>
  );
}

function RegionField({ draft, modes, errors, onChange }: AddressFieldsProps) {
  const regions = regionsOf(draft.country);
  const shared = {
    autoComplete: 'billing address-level1',
    required: modes.state === 'required',
    value: draft.state,
    error: errors.state,
  };
  if (regions === undefined) {
    return (
      <InputField
        label={wordFor('state', draft.country)}
        maxLength={100}
        {...shared}
        onChange={(event) => onChange({ ...draft, state: event.target.value })}
      />
    );
  }
  return (
    <SelectField
      label={wordFor('state', draft.country)}
      {...shared}
      onChange={(event) => onChange({ ...draft, state: event.target.value })}
    >
      <option value="">Choose</option>
      {regions.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
