/** For those who charge while nobody is there to correct an address: what the provider refuses is taxed by the table. */
import { TaxAddressRefused, type TaxProvider } from './provider.ts';
import { tableOfTaxes } from './table.ts';

export function withoutRefusals(provider: TaxProvider): TaxProvider {
  return {
    async calculate(question) {
      try {
        return await provider.calculate(question);
      } catch (error) {
        if (error instanceof TaxAddressRefused) return tableOfTaxes.calculate(question);
        throw error;
      }
    },
    answerAtOnce: (question) => provider.answerAtOnce?.(question) ?? null,
    record: (calculationId, orderId) => provider.record(calculationId, orderId),
  };
}
