/** Requests to a process that handles one thing at a time: they wait in line, and each caller gets its own answer. */
import { ApplicationFailure, condition } from '@temporalio/workflow';

interface Ticket<Request, Answer> {
  readonly request: Request;
  outcome: { readonly answer: Answer } | { readonly failure: ApplicationFailure } | null;
}

export class Inbox<Request, Answer> {
  private readonly tickets: Ticket<Request, Answer>[] = [];

  get isEmpty(): boolean {
    return this.tickets.length === 0;
  }

  /** For handlers: stands in line, and returns what the loop answers. */
  async ask(request: Request): Promise<Answer> {
    const ticket: Ticket<Request, Answer> = { request, outcome: null };
    this.tickets.push(ticket);
    await condition(() => ticket.outcome !== null);
    const outcome = ticket.outcome as NonNullable<Ticket<Request, Answer>['outcome']> | null;
    if (outcome === null) throw ApplicationFailure.nonRetryable('The request was not answered.', 'Conflict');
    if ('failure' in outcome) throw outcome.failure;
    return outcome.answer;
  }

  /** For the loop: takes the first request in line and answers it; a refusal goes to its caller, not to the process. */
  async answerNext(handle: (request: Request) => Promise<Answer>): Promise<void> {
    const ticket = this.tickets[0];
    if (ticket === undefined) return;
    try {
      ticket.outcome = { answer: await handle(ticket.request) };
    } catch (error) {
      const failure = refusalIn(error);
      if (failure === null) throw error;
      ticket.outcome = { failure };
    } finally {
      if (ticket.outcome !== null) this.tickets.shift();
    }
  }
}

/** The refusal that a handler or one of its activities threw for good; null for anything else. */
export function refusalIn(error: unknown): ApplicationFailure | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && cause.nonRetryable) {
      return ApplicationFailure.nonRetryable(cause.message, cause.type ?? 'Refused');
    }
  }
  return null;
}
