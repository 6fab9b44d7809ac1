/** Says whether the books, orders, subscriptions, grants and the processor agree, naming each disagreement. */
import { Context } from '@temporalio/activity';
import type { OrganizationId } from '../../billing/ids.ts';
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { compareWithProcessor } from './processor.ts';
import { compareRows } from './rows.ts';
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

/** What was only on its way is gone by then, ms. */
const SECOND_LOOK = 2_000;
const nameOf = ({ rule, subject }: Disagreement): string => `${rule}: ${subject}`;

export const invariantActivities = (deps: Dependencies) => bound(deps, { checkInvariants });

async function checkInvariants(
  deps: Dependencies,
  { organizationId, at }: { readonly organizationId: OrganizationId; readonly at: number },
): Promise<Findings> {
  const given = { organizationId, at: new Date(at), named: NAMED, afterEach: () => Context.current().heartbeat() };
  let disagreements = await compareRows(deps.orm.em.fork(), given);
  if (disagreements.length > 0) {
    await Context.current().sleep(SECOND_LOOK);
    const still = new Set((await compareRows(deps.orm.em.fork(), given)).map(nameOf));
    disagreements = disagreements.filter((one) => still.has(nameOf(one)));
  }
  const processor = await compareWithProcessor(deps, organizationId, NAMED);
  return {
    rules: INVARIANT_RULES.length + processor.rules,
    paymentsCompared: processor.compared,
    disagreements: [...disagreements, ...processor.disagreements],
  };
}
