/** The fields of an address, as many as are asked for; the region is a list where tax needs its exact code. */
import type { AddressModes } from '../api/checkouts.ts';
import { InputField, SelectField } from '../parts/field.tsx';
import type { AddressDraft, AddressPart } from './address.ts';
import { COUNTRIES } from './countries.ts';
import { regionsOf } from './regions.ts';

interface AddressFieldsProps {
  readonly draft: AddressDraft;
  readonly modes: AddressModes;
  readonly errors: Partial<Record<AddressPart, string>>;
  readonly onChange: (draft: AddressDraft) => void;
}

const LABELS: Record<Exclude<AddressPart, 'country' | 'state'>, readonly [label: string, autocomplete: string]> = {
  line1: ['Address', 'billing address-line1'],
  line2: ['Apartment, suite, floor', 'billing address-line2'],
  postal_code: ['Postal code', 'billing postal-code'],
  city: ['City', 'billing address-level2'],
};

export function AddressFields({ draft, modes, errors, onChange }: AddressFieldsProps) {
  const text = (part: keyof typeof LABELS) => {
    if (modes[part] === 'disabled') return null;
    const [label, autoComplete] = LABELS[part];
    return (
      <InputField
        label={label}
        autoComplete={autoComplete}
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
          onChange={(event) => onChange({ ...draft, country: event.target.value, state: '' })}
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
        label="Region"
        maxLength={100}
        {...shared}
        onChange={(event) => onChange({ ...draft, state: event.target.value })}
      />
    );
  }
  return (
    <SelectField
      label={draft.country === 'CA' ? 'Province' : 'State'}
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
