/**
 * Keeps the checkout told of its buyer while they type, as tax and currency follow from that. What was typed stands in
 * the page alone and is never overwritten by an answer; what the server refuses is said beside its field.
 */
import { useEffect, useRef, useState } from 'react';
import type { Checkout, CheckoutChange } from '../api/checkouts.ts';
import { ApiFailure } from '../api/client.ts';
import { type BuyerDraft, draftOfBuyer, pricedBy } from './buyer.ts';

/** By the API's path of the field. */
export type Refusals = Readonly<Record<string, string>>;

export interface BuyerInput {
  readonly draft: BuyerDraft;
  readonly refusals: Refusals;
  change(part: Partial<BuyerDraft>): void;
  /** The buyer has left a field that is of no use half typed. */
  leave(): void;
  /** Pay carries everything: nothing more is told before it. */
  stop(): void;
}

const PAUSE = 500;

export function useBuyer(checkout: Checkout, tell: (change: CheckoutChange) => Promise<unknown>): BuyerInput {
  const [draft, setDraft] = useState(() => draftOfBuyer(checkout));
  const [refusals, setRefusals] = useState<Refusals>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(JSON.stringify(pricedBy(draftOfBuyer(checkout), checkout.billing_address_fields)));
  /** A tax id half typed is a wrong one. */
  const settledTaxId = useRef(draft.taxId);
  const modes = useRef(checkout.billing_address_fields);
  useEffect(() => {
    modes.current = checkout.billing_address_fields;
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  async function tellOf(next: BuyerDraft) {
    const change = pricedBy({ ...next, taxId: settledTaxId.current }, modes.current);
    const text = JSON.stringify(change);
    if (text === told.current) return;
    told.current = text;
    const refused = await refusalsOf(tell, change);
    setRefusals(refused);
    // The rest is good without it, and what it comes to should be seen.
    if ('customer_tax_id' in refused && change.customer_tax_id) {
      await refusalsOf(tell, { ...change, customer_tax_id: null });
    }
  }

  // The country that the form begins with is the browser's guess; what the checkout says should be of it.
  const isPlaced = useRef(checkout.customer_billing_address !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on arrival, and never again
  useEffect(() => {
    if (isPlaced.current || draft.address.country === '') return;
    isPlaced.current = true;
    told.current = '';
    void tellOf(draft);
  }, []);

  return {
    draft,
    refusals,
    change(part) {
      const next = { ...draft, ...part };
      setDraft(next);
      if (part.taxId !== undefined) setRefusals(({ customer_tax_id: _, ...others }) => others);
      const isChosen =
        next.address.country !== draft.address.country ||
        next.address.state !== draft.address.state ||
        next.isBusiness !== draft.isBusiness;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void tellOf(next), isChosen ? 0 : PAUSE);
    },
    leave() {
      settledTaxId.current = draft.taxId;
      clearTimeout(timer.current);
      void tellOf(draft);
    },
    stop: () => clearTimeout(timer.current),
  };
}

/** Empty where it was taken, or could not be sent: Pay says what is wrong then. */
async function refusalsOf(
  tell: (change: CheckoutChange) => Promise<unknown>,
  change: CheckoutChange,
): Promise<Refusals> {
  try {
    await tell(change);
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    if (failure.error.kind === 'invalid') {
      return Object.fromEntries(failure.error.fields.map(({ path, message }) => [path, message]));
    }
  }
  return {};
}
