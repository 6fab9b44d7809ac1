/** Reads everything again after a change: at once, and later, when a charge that it began has come back. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

const LATER = [1_500, 5_000] as const;

export function useRefresh(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    const read = () => queries.invalidateQueries({ queryKey: ['portal'] });
    for (const delay of LATER) setTimeout(read, delay);
    await read();
  }, [queries]);
}
