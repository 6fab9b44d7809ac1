/** Clocks for customers to live by, ours alone. */
import { z } from 'zod';
import { Id, Instant, InstantInput, identified, line } from './primitives.ts';

export const TestClock = z
  .object({
    ...identified,
    organization_id: Id,
    name: z.string(),
    frozen_time: Instant.describe('What the clock shows.'),
    status: z.enum(['ready', 'advancing']).describe('`ready`: all that was due until `frozen_time` has happened.'),
  })
  .meta({ id: 'TestClock' });
export type TestClock = z.infer<typeof TestClock>;

export const TestClockCreate = z.object({ name: line(128), frozen_time: InstantInput }).meta({ id: 'TestClockCreate' });
export type TestClockCreate = z.infer<typeof TestClockCreate>;

export const TestClockAdvance = z.object({ frozen_time: InstantInput }).meta({ id: 'TestClockAdvance' });
export type TestClockAdvance = z.infer<typeof TestClockAdvance>;
