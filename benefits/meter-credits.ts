/** What a grant of metered units credits its customer with. */

import type { MeterId } from '../billing/ids.ts';
import { credit, cycleCredit } from '../db/credits.ts';
import type { BenefitGrantRow } from '../db/entities/benefit-grant.ts';
import type { CustomerRow } from '../db/entities/customer.ts';
import type { EntityManager } from '../db/orm.ts';
import {
  type BenefitGrantMeterCreditProperties,
  BenefitMeterCreditProperties,
} from '../schemas/benefits/meter-credit.ts';

interface Crediting {
  readonly grant: BenefitGrantRow;
  readonly customer: CustomerRow;
  readonly at: Date;
}

/** With the grant. What was bought once stays until it is used. */
export async function creditGrant(
  em: EntityManager,
  given: Crediting,
  settings: BenefitMeterCreditProperties,
): Promise<BenefitGrantMeterCreditProperties> {
  await credit(em, creditedBy(given, settings));
  return said(settings, given.at);
}

/** With a new period of its subscription. The grant's benefit is loaded. */
export async function creditAnew(
  em: EntityManager,
  given: Crediting,
  closed: ReadonlySet<MeterId>,
): Promise<BenefitGrantMeterCreditProperties> {
  const settings = BenefitMeterCreditProperties.parse(given.grant.benefit.properties);
  const credited = creditedBy(given, settings);
  await cycleCredit(em, { ...credited, isClosed: closed.has(credited.meterId) });
  return said(settings, given.at);
}

function creditedBy({ grant, customer, at }: Crediting, settings: BenefitMeterCreditProperties) {
  const ofSubscription = settings.rollover ? ('rollover' as const) : ('period' as const);
  return {
    grantId: grant.id,
    customer,
    meterId: settings.meter_id as MeterId,
    units: settings.units,
    lasts: grant.subscription ? ofSubscription : ('forever' as const),
    at,
  };
}

const said = ({ meter_id, units }: BenefitMeterCreditProperties, at: Date): BenefitGrantMeterCreditProperties => ({
  last_credited_meter_id: meter_id,
  last_credited_units: units,
  last_credited_at: at.toISOString(),
});
