/** Units of a meter that cost nothing: with each period of a subscription, or once with what was bought once. */
import { takeBack } from '../../db/credits.ts';
import { BenefitMeterCreditProperties } from '../../schemas/benefits/meter-credit.ts';
import { benefitType } from '../benefit-type.ts';
import { creditGrant } from '../meter-credits.ts';

export default benefitType({
  type: 'meter_credit',
  properties: BenefitMeterCreditProperties,

  /** Who has them already has been credited by their periods since. */
  async grant({ em, settings, grant, customer, at }) {
    const isHeld = Boolean(grant.grantedAt) && !grant.revokedAt;
    return isHeld ? grant.properties : { ...(await creditGrant(em, { grant, customer, at }, settings)) };
  },

  async revoke({ em, grant, at }) {
    // What was to come back with a renewal that has not come is still away.
    const { units_taken_back: away } = grant.properties;
    const taken = await takeBack(em, grant.id, at);
    return { ...grant.properties, units_taken_back: taken + (typeof away === 'number' ? away : 0) };
  },
});
