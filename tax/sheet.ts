/**
 * Lets a transaction price an order without talking to anybody: it asks its sheet. What somebody has to be asked for is
 * asked outside, once the transaction is rolled back, which then runs again with the answer at hand.
 */
import { TaxAddressRefused, type TaxAnswer, type TaxProvider, type TaxQuestion } from './provider.ts';

export interface TaxSheet {
  /** Null where the provider doesn't take the buyer's address: it may take less of one. */
  answerTo(question: TaxQuestion): TaxAnswer | null;
}

class TaxWanted extends Error {
  readonly question: TaxQuestion;

  constructor(question: TaxQuestion) {
    super('A tax has to be asked for first.');
    this.question = question;
  }
}

/** More than any order needs: whoever asks something new each time would never end. */
const MOST_QUESTIONS = 8;

/** `work` may run several times, so what it does must be undone when it throws: it is a transaction, or only reads. */
export async function withTaxes<T>(provider: TaxProvider, work: (taxes: TaxSheet) => Promise<T>): Promise<T> {
  const answers = new Map<string, TaxAnswer | null>();
  const sheet: TaxSheet = {
    answerTo(question) {
      const known = provider.answerAtOnce?.(question);
      if (known) return known;
      const answer = answers.get(JSON.stringify(question));
      if (answer === undefined) throw new TaxWanted(question);
      return answer;
    },
  };
  for (;;) {
    try {
      return await work(sheet);
    } catch (error) {
      if (!(error instanceof TaxWanted) || answers.size === MOST_QUESTIONS) throw error;
      answers.set(JSON.stringify(error.question), await answerOf(provider, error.question));
    }
  }
}

async function answerOf(provider: TaxProvider, question: TaxQuestion): Promise<TaxAnswer | null> {
  try {
    return await provider.calculate(question);
  } catch (error) {
    if (error instanceof TaxAddressRefused) return null;
    throw error;
  }
}
