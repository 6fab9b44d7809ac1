/** Buying as a business: the name that its invoice bears, and its tax id. */
import { taxIdWord } from '../address/wording.ts';
import { InputField } from '../parts/field.tsx';
import type { BuyerDraft } from './buyer.ts';

interface BusinessFieldsProps {
  readonly draft: BuyerDraft;
  readonly errors: { readonly billingName?: string; readonly taxId?: string };
  readonly onChange: (part: Partial<BuyerDraft>) => void;
  /** The tax id is whole. */
  readonly onLeave: () => void;
}

export function BusinessFields({ draft, errors, onChange, onLeave }: BusinessFieldsProps) {
  return (
    <>
      <label className="choice">
        <input
          type="checkbox"
          checked={draft.isBusiness}
          onChange={(event) => onChange({ isBusiness: event.target.checked })}
        />
        <span>I’m buying as a business</span>
      </label>
      {draft.isBusiness && (
        <>
          <InputField
            label="Business name"
            autoComplete="organization"
            required
            maxLength={256}
            value={draft.billingName}
            error={errors.billingName}
            onChange={(event) => onChange({ billingName: event.target.value })}
          />
          <InputField
            label={taxIdWord(draft.address.country)}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            value={draft.taxId}
            error={errors.taxId}
            onChange={(event) => onChange({ taxId: event.target.value })}
            onBlur={onLeave}
          />
        </>
      )}
    </>
  );
}
