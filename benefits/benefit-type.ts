/** What a type of benefit has to say of itself. Each type is one file in `types/`; adding one touches nothing else. */
import type { z } from 'zod';
import type { BenefitRow } from '../db/entities/benefit.ts';
import type { BenefitGrantRow } from '../db/entities/benefit-grant.ts';
import type { CustomerRow } from '../db/entities/customer.ts';
import type { EntityManager } from '../db/orm.ts';

export type Properties = Record<string, unknown>;

export interface GrantContext<Settings> {
  /** The transaction in which the grant's row is written. */
  readonly em: EntityManager;
  readonly benefit: BenefitRow;
  /** The benefit's properties, as its schema has them. */
  readonly settings: Settings;
  readonly grant: BenefitGrantRow;
  readonly customer: CustomerRow;
  /** When billing asked for it, on the customer's clock. */
  readonly at: Date;
}

export interface BenefitType<Schema extends z.ZodType = z.ZodType> {
  readonly type: string;
  /** Of the benefit's properties, as they are kept. */
  readonly properties: Schema;
  /**
   * Brings the outside to where the customer has the benefit, and returns the grant's properties. Repeatable: it may
   * run again after having succeeded unheard. Throws `GrantRefused` for what no retry mends, anything else to be
   * tried again.
   */
  grant(context: GrantContext<z.output<Schema>>): Promise<Properties>;
  /** The way back; as repeatable. Returns the properties that remain. */
  revoke(context: GrantContext<z.output<Schema>>): Promise<Properties>;
}

/** Keeps a type's own types while the registry forgets them. */
export const benefitType = <Schema extends z.ZodType>(definition: BenefitType<Schema>): BenefitType =>
  definition as unknown as BenefitType;

/** No retry mends it; the message is shown to the merchant. */
export class GrantRefused extends Error {
  override readonly name = 'GrantRefused';
}
