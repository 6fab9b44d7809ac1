/** Asks the database, rule by rule, what disagrees. */
import type { OrganizationId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Disagreement } from './index.ts';
import { INVARIANT_RULES } from './rules.ts';

export interface CompareRows {
  readonly organizationId: OrganizationId;
  readonly at: Date;
  /** At most so many of each rule. */
  readonly named: number;
  /** After each rule. */
  readonly afterEach?: () => void;
}

export async function compareRows(
  em: EntityManager,
  { organizationId, at, named, afterEach }: CompareRows,
): Promise<Disagreement[]> {
  const disagreements: Disagreement[] = [];
  for (const { name, query } of INVARIANT_RULES) {
    const values: string[] = [];
    const sql = query.replaceAll(/:(organization|now)\b/g, (_, key: string) => {
      values.push(key === 'organization' ? organizationId : at.toISOString());
      return '?';
    });
    const rows: { subject: string; detail: string }[] = await em.execute(`${sql} limit ${named}`, values);
    disagreements.push(...rows.map(({ subject, detail }) => ({ rule: name, subject, detail })));
    afterEach?.();
  }
  return disagreements;
}
