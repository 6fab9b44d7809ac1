/** Brings one grant to what billing wants of it, or writes on it why that failed. */
import { DriverException, LockMode } from '@mikro-orm/core';
import { ApplicationFailure } from '@temporalio/common';
import { GrantRefused, type Properties } from '../../benefits/benefit-type.ts';
import type { BenefitTypes } from '../../benefits/registry.ts';
import type { EventType } from '../../billing/event-types.ts';
import type { GrantId } from '../../billing/ids.ts';
import { BenefitGrant, type BenefitGrantRow } from '../../db/entities/benefit-grant.ts';
import { type Event, emit } from '../../db/events.ts';
import type { EntityManager } from '../../db/orm.ts';
import { recordOfGrant } from '../../db/recorded.ts';
import { GRANT_POPULATE, grantWebhookView } from '../../db/views/benefit-grant.ts';
import { loadCustomerState } from '../../db/views/customer-state.ts';
import { type Dependencies, transaction } from '../dependencies.ts';

export interface Reconcile {
  readonly grantId: GrantId;
}

/**
 * Answers with the version that now stands. A failure is written on the grant, where the merchant reads it, and thrown:
 * to be tried again, or for good (`GrantRefused`).
 */
export async function reconcile(
  deps: Dependencies,
  types: BenefitTypes,
  given: Reconcile,
): Promise<{ version: number }> {
  let version = 0;
  try {
    return await transaction(deps, async (em) => {
      const grant = await lock(em, given.grantId);
      version = grant.version;
      if (grant.doneVersion < grant.version) await carryOut(em, types, grant);
      return { version: grant.version };
    });
  } catch (error) {
    // Trouble of the database's, such as a deadlock, is none of the merchant's.
    if (error instanceof DriverException) throw error;
    await showError(deps, given.grantId, error, version);
    if (error instanceof GrantRefused) throw ApplicationFailure.nonRetryable(error.message, 'GrantRefused');
    throw error;
  }
}

async function lock(em: EntityManager, id: GrantId): Promise<BenefitGrantRow> {
  await em.findOneOrFail(BenefitGrant, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return em.findOneOrFail(BenefitGrant, id, { populate: GRANT_POPULATE }) as Promise<BenefitGrantRow>;
}

async function carryOut(em: EntityManager, types: BenefitTypes, grant: BenefitGrantRow): Promise<void> {
  const { benefit, customer, wantedAt: at } = grant;
  const type = types.get(benefit.type);
  if (type === undefined) throw new GrantRefused(`There is no type of benefit named ${benefit.type}.`);
  const settings = type.properties.parse(benefit.properties);
  const context = { em, benefit, settings, grant, customer, at };
  const before = grant.properties;
  const isHeld = Boolean(grant.grantedAt) && !grant.revokedAt;
  const isNew = !grant.grantedAt;
  if (grant.wanted === 'granted') {
    grant.properties = await type.grant(context);
    grant.grantedAt = isHeld ? grant.grantedAt : at;
    grant.revokedAt = null;
  } else {
    // What was never granted is only marked as revoked.
    grant.properties = isHeld ? await type.revoke(context) : grant.properties;
    grant.revokedAt = at;
  }
  grant.doneVersion = grant.version;
  grant.error = null;
  grant.modifiedAt = at;
  await em.flush();
  if (grant.wanted === 'granted') {
    const recorded = recordOfGrant(grant, isHeld ? 'benefit.updated' : 'benefit.granted');
    await tell(em, grant, isNew ? 'benefit_grant.created' : 'benefit_grant.updated', before, recorded);
  } else if (isHeld) {
    await tell(em, grant, 'benefit_grant.revoked', before, recordOfGrant(grant, 'benefit.revoked'));
  }
}

async function tell(
  em: EntityManager,
  grant: BenefitGrantRow,
  type: EventType,
  before: Properties,
  recorded?: Event['recorded'],
): Promise<void> {
  const organizationId = grant.benefit.organization.id;
  const at = grant.wantedAt;
  await emit(
    em,
    { organizationId, type, at, data: () => grantWebhookView(em, grant, before), recorded },
    { organizationId, type: 'customer.state_changed', at, data: () => loadCustomerState(em, grant.customer.id) },
  );
}

/** In a transaction of its own: the one that failed is gone, with all that it wrote. Told once for each new message. */
async function showError(deps: Dependencies, id: GrantId, error: unknown, version: number): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const type = error instanceof Error ? error.name : 'Error';
  await transaction(deps, async (em) => {
    const grant = await lock(em, id);
    if (error instanceof GrantRefused) grant.failedVersion = version;
    if (grant.error?.message === message) return;
    grant.error = { message, type, timestamp: grant.wantedAt.toISOString() };
    grant.modifiedAt = grant.wantedAt;
    await em.flush();
    await tell(em, grant, 'benefit_grant.updated', grant.properties);
  });
}
