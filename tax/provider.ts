/** Who knows the taxes of the world: asked before an order is charged, told once it is paid. */
import type { OrderId } from '../billing/ids.ts';
import type { AppliedBehavior, Taxed } from '../billing/tax.ts';

/** A number checked by its checksum, and which country's kind it is, in Stripe's terms: `['DE136695976', 'eu_vat']`. */
export type TaxId = readonly [number: string, kind: string];

/** Where the buyer is. Only the country is always known; the rest as far as it was asked for. */
export interface TaxPlace {
  /** ISO 3166-1. */
  readonly country: string;
  /** ISO 3166-2 without the country. */
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly line1: string | null;
}

/** All that a tax hangs on: the same question has the same answer, on the same day. */
export interface TaxQuestion {
  readonly seller: {
    /** ISO 3166-1. */
    readonly country: string | null;
    /** Where taxes are collected: countries, states (`US-CA`), and `EU` for the Union's one-stop shop. */
    readonly registrations: readonly string[];
  };
  readonly buyer: { readonly place: TaxPlace | null; readonly taxId: TaxId | null };
  readonly currency: string;
  /** What is taxed, after discount: at most one part for each behaviour. Below 0 where more is given back than charged. */
  readonly parts: readonly TaxPart[];
  /** ms since 1970. */
  readonly at: number;
}

export interface TaxPart {
  readonly behavior: AppliedBehavior;
  readonly amount: number;
}

export interface TaxAnswer {
  /** One for each part, in their order. */
  readonly parts: readonly Taxed[];
  /** Names the calculation at the provider, to be recorded there when the order is paid; null: nothing to record. */
  readonly calculationId: string | null;
}

/**
 * Failures of the provider are `TaxUnavailable`: the same question may be asked again. `TaxAddressRefused`: it may not,
 * until the buyer has corrected or completed their address.
 */
export interface TaxProvider {
  calculate(question: TaxQuestion): Promise<TaxAnswer>;
  /** The same answer, where it can be given without asking anybody; null where not. */
  answerAtOnce?(question: TaxQuestion): TaxAnswer | null;
  /** Makes the calculation count, once, however often it is called. Answers with the provider's own id of it. */
  record(calculationId: string, orderId: OrderId): Promise<string>;
}

export class TaxUnavailable extends Error {
  override readonly name = 'TaxUnavailable';
}

export class TaxAddressRefused extends Error {
  override readonly name = 'TaxAddressRefused';
}
