/** How what an order was priced at stands in its row and its lines'. */
import type { TaxedLine } from '../billing/order-tax.ts';
import type { PricedOrder } from './pricing.ts';

export const taxColumns = ({ totals, behavior, rates, buyer, calculationId }: PricedOrder) => ({
  taxAmount: totals.tax,
  taxBehavior: behavior,
  taxRates: [...rates],
  customerTaxId: buyer.taxId === null ? null : ([...buyer.taxId] satisfies [string, string]),
  taxEvidence: buyer.evidence,
  taxCalculationId: calculationId,
});

export const itemColumns = ({ label, amount, tax, behavior, proration, priceId }: TaxedLine) => ({
  label,
  amount,
  taxAmount: tax,
  taxBehavior: behavior,
  proration,
  priceId,
});
