/**
 * What must hold between the rows, each rule as a query that finds what breaks it. Every query takes the organization's
 * id and the present instant, and returns who disagrees (`subject`) and in which way (`detail`).
 */

import { BENEFIT_RULES } from './benefit-rules.ts';
import { CHANGE_RULES } from './change-rules.ts';
import { COLLECTION_RULES } from './collection-rules.ts';
import { MONEY_RULES } from './money-rules.ts';
import { SEAT_RULES } from './seat-rules.ts';
import { SUBSCRIPTION_RULES } from './subscription-rules.ts';
import { TAX_RULES } from './tax-rules.ts';
import { USAGE_RULES } from './usage-rules.ts';

export interface InvariantRule {
  readonly name: string;
  readonly query: string;
}

export const INVARIANT_RULES: readonly InvariantRule[] = [
  ...MONEY_RULES,
  ...COLLECTION_RULES,
  ...SUBSCRIPTION_RULES,
  ...BENEFIT_RULES,
  ...CHANGE_RULES,
  ...SEAT_RULES,
  ...USAGE_RULES,
  ...TAX_RULES,
];
