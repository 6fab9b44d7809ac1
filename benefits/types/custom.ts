/** A benefit that the merchant delivers by hand, or that is only a note to the customer. */
import { BenefitCustomProperties } from '../../schemas/benefits/custom.ts';
import { benefitType } from '../benefit-type.ts';

export default benefitType({
  type: 'custom',
  properties: BenefitCustomProperties,
  grant: async () => ({}),
  revoke: async () => ({}),
});
