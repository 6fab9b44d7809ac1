/** Validating, activating and deactivating license keys; each limit is kept by the database, however many ask at once. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/core';
import type { z } from 'zod';
import type { LicenseKeyId, OrganizationId } from '../../billing/ids.ts';
import {
  LicenseKey,
  LicenseKeyActivation,
  type LicenseKeyActivationRow,
  type LicenseKeyRow,
} from '../../db/entities/license-key.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { LicenseKeyActivate, LicenseKeyDeactivate, LicenseKeyValidate } from '../../schemas/license-key.ts';
import { invalid, notFound, notPermitted } from '../errors.ts';

export interface Validated {
  readonly key: LicenseKeyRow;
  readonly activation: LicenseKeyActivationRow | null;
}

/** 404 unless the key is granted, not expired, and fits all that the caller names. Counts the validation and the usage. */
export async function validateKey(
  em: EntityManager,
  organization: OrganizationId,
  asked: z.output<typeof LicenseKeyValidate>,
  at: Date,
): Promise<Validated> {
  const key = await usableKey(em, organization, asked.key, at);
  if (asked.benefit_id && asked.benefit_id !== key.benefit.id) throw notFound();
  if (asked.customer_id && asked.customer_id !== key.customer.id) throw notFound();
  const activation = asked.activation_id ? await livingActivation(em, key, asked.activation_id) : null;
  if (activation !== null && hasConditions(activation) && !isDeepStrictEqual(activation.conditions, asked.conditions)) {
    throw notFound('The conditions are not those of the activation.');
  }
  const now = key.customer.testClock?.frozenTime ?? at;
  const use = asked.increment_usage ?? 0;
  const counted: { usage: number; validations: number }[] = await em.execute(
    `update license_keys set validations = validations + 1, usage = usage + ?, last_validated_at = ?
     where id = ? and status = 'granted' and (limit_usage is null or usage + ? <= limit_usage)
     returning usage, validations`,
    [use, now, key.id, use],
  );
  const [counts] = counted;
  if (counts === undefined) {
    throw invalid(['body', 'increment_usage'], 'The key has not that much usage left.');
  }
  Object.assign(key, { ...counts, lastValidatedAt: now });
  return { key, activation };
}

/** 403 where the key takes no activations, or no more. */
export async function activateKey(
  em: EntityManager,
  organization: OrganizationId,
  asked: z.output<typeof LicenseKeyActivate>,
  at: Date,
): Promise<LicenseKeyActivationRow> {
  return em.transactional(async (tx) => {
    const key = await usableKey(tx, organization, asked.key, at);
    // The key's row is the queue in which activations are counted one by one.
    await tx.lock(key, LockMode.PESSIMISTIC_WRITE);
    if (!key.limitActivations) {
      throw notPermitted('This key takes no activations; validate it without one.');
    }
    const used = await tx.count(LicenseKeyActivation, { licenseKey: key.id, deletedAt: null });
    if (used >= key.limitActivations) {
      throw notPermitted(`All ${key.limitActivations} activations of this key are in use; deactivate one first.`);
    }
    return tx.create(LicenseKeyActivation, {
      id: randomUUID(),
      createdAt: key.customer.testClock?.frozenTime ?? at,
      licenseKey: key,
      label: asked.label,
      conditions: asked.conditions,
      meta: asked.meta,
    });
  });
}

export async function deactivateKey(
  em: EntityManager,
  organization: OrganizationId,
  asked: z.output<typeof LicenseKeyDeactivate>,
  at: Date,
): Promise<void> {
  const key = await usableKey(em, organization, asked.key, at);
  const activation = await livingActivation(em, key, asked.activation_id);
  activation.deletedAt = key.customer.testClock?.frozenTime ?? at;
  await em.flush();
}

async function usableKey(
  em: EntityManager,
  organization: OrganizationId,
  text: string,
  at: Date,
): Promise<LicenseKeyRow> {
  const key = await em.findOne(
    LicenseKey,
    { organization, key: text, status: 'granted' },
    { populate: ['customer.testClock', 'grant.member'], strategy: 'joined' },
  );
  if (key === null) throw notFound('There is no such license key.');
  const now = key.customer.testClock?.frozenTime ?? at;
  if (key.expiresAt && key.expiresAt <= now) throw notFound('This license key has expired.');
  return key as LicenseKeyRow;
}

async function livingActivation(em: EntityManager, key: LicenseKeyRow, id: string): Promise<LicenseKeyActivationRow> {
  const found = await em.findOne(LicenseKeyActivation, { id, licenseKey: key.id as LicenseKeyId, deletedAt: null });
  if (found === null) throw notFound('There is no such activation.');
  return found as LicenseKeyActivationRow;
}

const hasConditions = ({ conditions }: LicenseKeyActivationRow): boolean => Object.keys(conditions).length > 0;
