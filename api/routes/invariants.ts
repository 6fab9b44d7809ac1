/** The books' own test, ours alone. */
import { Invariants } from '../../schemas/invariants.ts';
import { route } from '../route.ts';

export const getInvariants = route({
  method: 'get',
  path: '/v1/invariants',
  summary: 'Check the invariants',
  description:
    'Says whether the books, orders, subscriptions, grants and the card processor agree, and names each disagreement. What ' +
    'takes longer than half a minute is answered with 503; asked again, it waits for the same look.',
  tag: 'Books',
  scopes: ['ledger:read'],
  response: Invariants,
  async handle({ organization, workflows }) {
    const { rules, paymentsCompared, disagreements } = await workflows.checkInvariants(organization);
    return {
      ok: disagreements.length === 0,
      rules,
      payments_compared: paymentsCompared,
      disagreements: [...disagreements],
    };
  },
});

export const invariantRoutes = [getInvariants];
