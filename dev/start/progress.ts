/** Shows steps as they run: live on a terminal, a line each elsewhere. */
import { Listr, type ListrTaskWrapper } from 'listr2';
import type { Step } from './steps.ts';

type Shown = Pick<ListrTaskWrapper<void, never, never>, 'output'>;

export interface Progress {
  /** Runs the stages; throws what a step threw. */
  run(stages: readonly (readonly Step[])[]): Promise<void>;
  /** Something to be read: beside the step that it concerns while steps run, else on a line of its own. */
  say(line: string): void;
}

export function createProgress(): Progress {
  const isLive = process.stdout.isTTY === true;
  const running = new Map<string, Shown>();
  const print = (line: string) => process.stdout.write(`${line}\n`);

  async function runLive(stage: readonly Step[]): Promise<void> {
    const tasks = stage.map(({ title, run }) => ({
      title,
      task: async (_context: unknown, task: Shown) => {
        running.set(title, task);
        await run().finally(() => running.delete(title));
      },
    }));
    await new Listr(tasks, {
      concurrent: true,
      // Its own would end the process before the system is stopped.
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false },
    }).run();
  }

  async function runPlain(stage: readonly Step[]): Promise<void> {
    await Promise.all(
      stage.map(async ({ title, run }) => {
        const since = Date.now();
        await run();
        print(`  ${title}: ${((Date.now() - since) / 1000).toFixed(1)} s`);
      }),
    );
  }

  return {
    async run(stages) {
      for (const stage of stages) await (isLive ? runLive(stage) : runPlain(stage));
    },
    say(line) {
      const concerned = [...running].find(([title]) => line.toLowerCase().includes(title.toLowerCase()));
      if (concerned === undefined) print(line);
      else concerned[1].output = line;
    },
  };
}
