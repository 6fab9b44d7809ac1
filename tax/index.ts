/** Which provider an installation has chosen. */
import type Stripe from 'stripe';
import type { Environment } from '../config/environment.ts';
import type { TaxProvider } from './provider.ts';
import { stripeTaxes } from './stripe.ts';
import { tableOfTaxes } from './table.ts';

export function taxProvider({ TAX_PROVIDER }: Pick<Environment, 'TAX_PROVIDER'>, stripe: Stripe): TaxProvider {
  switch (TAX_PROVIDER) {
    case 'table':
      return tableOfTaxes;
    case 'stripe':
      return stripeTaxes(stripe);
  }
}
