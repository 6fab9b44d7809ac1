/** What a grant of metered units credits its customer with. */

import type { MeterId } from '../billing/ids.ts';
import { credit, cycleCredit, giveBack } from '../db/credits.ts';
import type { BenefitGrantRow } from '../db/entities/benefit-grant.ts';
import type { CustomerRow } from '../db/entities/customer.ts';
import { Subscription } from '../db/entities/subscription.ts';
import type { EntityManager } from '../db/orm.ts';
import { BenefitGrantMeterCreditProperties, BenefitMeterCreditProperties } from '../schemas/benefits/meter-credit.ts';

interface Crediting {
  readonly grant: BenefitGrantRow;
  readonly customer: CustomerRow;
  readonly at: Date;
}

/**
 * With the grant. What comes back in the period that it was credited for, or was bought once, comes with what was left of
 * it: else to change plans to and fro would give its units as often. In a later period it comes whole, and with rollover
 * what was left comes with it. What comes back when a period is over that is still to be renewed comes with the renewal,
 * whichever of the two is first: what was used while it was away is billed without its units.
 */
export async function creditGrant(
  em: EntityManager,
  given: Crediting,
  settings: BenefitMeterCreditProperties,
): Promise<BenefitGrantRow['properties']> {
  const { last_credited_meter_id, units_taken_back: left } = given.grant.properties;
  if (typeof left !== 'number' || last_credited_meter_id !== settings.meter_id) {
    await credit(em, creditedBy(given, settings));
    return { ...said(settings, given.at) };
  }
  if (await isRenewalDue(em, given)) return given.grant.properties;
  if (await isOfThisPeriod(em, given.grant)) {
    await giveBack(em, { ...creditedBy(given, settings), units: left });
    return { ...BenefitGrantMeterCreditProperties.parse(given.grant.properties) };
  }
  const units = settings.units + leftOf(given.grant, settings);
  await giveBack(em, { ...creditedBy(given, settings), units });
  return { ...said(settings, given.at) };
}

async function isRenewalDue(em: EntityManager, { grant, at }: Crediting): Promise<boolean> {
  if (!grant.subscription) return false;
  const { status, currentPeriodEnd, cancelAtPeriodEnd, pauseAtPeriodEnd } = await em.findOneOrFail(
    Subscription,
    grant.subscription.id,
  );
  return status === 'active' && currentPeriodEnd <= at && !cancelAtPeriodEnd && !pauseAtPeriodEnd;
}

async function isOfThisPeriod(em: EntityManager, { subscription, properties }: BenefitGrantRow): Promise<boolean> {
  if (!subscription) return true;
  const { currentMeterPeriodStart, currentPeriodStart } = await em.findOneOrFail(Subscription, subscription.id);
  return new Date(String(properties.last_credited_at)) >= (currentMeterPeriodStart ?? currentPeriodStart);
}

/** With a new period of its subscription. The grant's benefit is loaded. */
export async function creditAnew(
  em: EntityManager,
  given: Crediting,
  closed: ReadonlySet<MeterId>,
): Promise<BenefitGrantMeterCreditProperties> {
  const settings = BenefitMeterCreditProperties.parse(given.grant.benefit.properties);
  const credited = creditedBy(given, settings);
  const units = settings.units + leftOf(given.grant, settings);
  await cycleCredit(em, { ...credited, units, isClosed: closed.has(credited.meterId) });
  return said(settings, given.at);
}

/** When it was taken away, and has not come back yet. */
function leftOf({ properties }: BenefitGrantRow, { rollover, meter_id }: BenefitMeterCreditProperties): number {
  const { units_taken_back: left, last_credited_meter_id } = properties;
  return rollover && typeof left === 'number' && last_credited_meter_id === meter_id ? left : 0;
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
