/** All types of benefits: whatever stands in `types/`. */
import { readdir } from 'node:fs/promises';
import type { BenefitType } from './benefit-type.ts';

export type BenefitTypes = ReadonlyMap<string, BenefitType>;

const STANDARD = new URL('./types/', import.meta.url);

/** Loads every file of the directories; each exports its type as default. Two of the same name are an error. */
export async function loadBenefitTypes(...directories: readonly URL[]): Promise<BenefitTypes> {
  const types = new Map<string, BenefitType>();
  for (const directory of [STANDARD, ...directories]) {
    const files = (await readdir(directory)).filter((file) => /\.[cm]?[jt]s$/.test(file)).sort();
    for (const file of files) {
      const { default: loaded }: { default: BenefitType } = await import(new URL(file, directory).href);
      if (types.has(loaded.type)) throw new Error(`two types of benefits are named ${loaded.type}`);
      types.set(loaded.type, loaded);
    }
  }
  return types;
}
