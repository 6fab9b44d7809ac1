/** What must hold whatever happens, ours alone. */
import { z } from 'zod';

export const Disagreement = z
  .object({
    rule: z.string().describe('The rule that is broken.'),
    subject: z.string().describe('What breaks it.'),
    detail: z.string().describe('How.'),
  })
  .meta({ id: 'Disagreement' });
export type Disagreement = z.infer<typeof Disagreement>;

export const Invariants = z
  .object({
    ok: z.boolean().describe('Whether all agree.'),
    rules: z.int().describe('How many rules were checked.'),
    payments_compared: z.int().describe('How many payments were compared with the processor.'),
    disagreements: z.array(Disagreement),
  })
  .meta({ id: 'Invariants' });
export type Invariants = z.infer<typeof Invariants>;
