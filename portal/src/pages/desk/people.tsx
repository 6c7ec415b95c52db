import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { useDemo } from './demo.ts';
import type { Person } from './local-api.ts';

interface People {
  readonly all: readonly Person[];
  add(person: Person): void;
}
const PeopleContext = createContext<People>({ all: [], add: () => undefined });

export const keyOf = ({ documentType, documentNumber }: Person): string =>
  `${documentType} ${documentNumber}`;

/** The people whom the desk knows: the demo people, and those typed in; kept in memory only. */
export function DeskPeopleProvider({ children }: { children: ReactNode }) {
  const { data } = useDemo();
  const [typed, setTyped] = useState<readonly Person[]>([]);
  const people = useMemo(() => {
    const all = new Map<string, Person>();
    for (const { name, documentType, documentNumber } of [...typed, ...(data?.people ?? [])]) {
      const one = { name, documentType, documentNumber };
      all.set(keyOf(one), one);
    }
    return {
      all: [...all.values()],
      add: (person: Person) =>
        setTyped((before) => [person, ...before.filter((one) => keyOf(one) !== keyOf(person))]),
    };
  }, [typed, data]);
  return <PeopleContext value={people}>{children}</PeopleContext>;
}

export const usePeople = (): People => useContext(PeopleContext);
