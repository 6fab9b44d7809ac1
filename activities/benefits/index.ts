/** Bringing grants to what billing wants. */
import type { BenefitTypes } from '../../benefits/registry.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Reconcile, reconcile } from './reconcile.ts';

export const benefitActivities = (deps: Dependencies, types: BenefitTypes) => ({
  reconcileGrant: (given: Reconcile) => reconcile(deps, types, given),
});
