/** Says whether the books, orders, subscriptions, grants and the processor agree, naming each disagreement. */
import { Context } from '@temporalio/activity';
import type { OrganizationId } from '../../billing/ids.ts';
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { compareWithProcessor } from './processor.ts';
import { INVARIANT_RULES } from './rules.ts';

export interface Disagreement {
  readonly rule: string;
  readonly subject: string;
  readonly detail: string;
}

export interface Findings {
  readonly rules: number;
  readonly paymentsCompared: number;
  readonly disagreements: readonly Disagreement[];
}

/** Of each rule at most this many are named; one is enough to know that something is wrong. */
const NAMED = 20;

export const invariantActivities = (deps: Dependencies) => bound(deps, { checkInvariants });

async function checkInvariants(
  deps: Dependencies,
  { organizationId, at }: { readonly organizationId: OrganizationId; readonly at: number },
): Promise<Findings> {
  const em = deps.orm.em.fork();
  const disagreements: Disagreement[] = [];
  for (const { name, query } of INVARIANT_RULES) {
    const values: string[] = [];
    const sql = query.replaceAll(/:(organization|now)\b/g, (_, key: string) => {
      values.push(key === 'organization' ? organizationId : new Date(at).toISOString());
      return '?';
    });
    const rows: { subject: string; detail: string }[] = await em.execute(`${sql} limit ${NAMED}`, values);
    disagreements.push(...rows.map(({ subject, detail }) => ({ rule: name, subject, detail })));
    Context.current().heartbeat();
  }
  const processor = await compareWithProcessor(deps, organizationId, NAMED);
  return {
    rules: INVARIANT_RULES.length + processor.rules,
    paymentsCompared: processor.compared,
    disagreements: [...disagreements, ...processor.disagreements],
  };
}
