/** A key that the customer's software shows to prove it was bought: one for each grant, given back with it. */
import { randomUUID } from 'node:crypto';
import type { LicenseKeyId } from '../../billing/ids.ts';
import { addIntervals } from '../../billing/periods.ts';
import { LicenseKey, type LicenseKeyRow } from '../../db/entities/license-key.ts';
import { displayKey } from '../../db/views/license-key.ts';
import { BenefitLicenseKeysProperties } from '../../schemas/benefits/license-keys.ts';
import { benefitType, type GrantContext } from '../benefit-type.ts';

type Context = GrantContext<BenefitLicenseKeysProperties>;

export default benefitType({
  type: 'license_keys',
  properties: BenefitLicenseKeysProperties,

  /** The grant's key if it has one already, so that a customer who comes back finds their old key working again. */
  async grant(context) {
    const key = (await keyOf(context)) ?? (await makeKey(context));
    if (key.status === 'revoked') {
      key.status = 'granted';
      key.modifiedAt = context.at;
    }
    return { license_key_id: key.id, display_key: displayKey(key.key) };
  },

  async revoke(context) {
    const key = await keyOf(context);
    if (key === null) return {};
    key.status = 'revoked';
    key.modifiedAt = context.at;
    return { license_key_id: key.id, display_key: displayKey(key.key) };
  },
});

function keyOf({ em, grant }: Context): Promise<LicenseKeyRow | null> {
  return em.findOne(LicenseKey, { grant: grant.id });
}

async function makeKey({ em, benefit, settings, grant, customer, at }: Context): Promise<LicenseKeyRow> {
  const { prefix, expires, activations, limit_usage } = settings;
  const secret = randomUUID().toUpperCase();
  return em.create(LicenseKey, {
    id: randomUUID() as LicenseKeyId,
    createdAt: at,
    organization: benefit.organization,
    customer,
    benefit,
    grant,
    key: prefix ? `${prefix.toUpperCase()}-${secret}` : secret,
    limitActivations: activations?.limit ?? null,
    limitUsage: limit_usage,
    expiresAt:
      expires === null
        ? null
        : new Date(addIntervals(at.getTime(), { interval: expires.timeframe, count: expires.ttl }, 1)),
  });
}
