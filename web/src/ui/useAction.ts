import { useState } from 'react';
import { explain } from './explain';

interface FieldProblem {
  message: string;
  field: string[] | null;
}

/** The state of a form or button that asks the server for something. */
export interface Action {
  busy: boolean;
  /** What is wrong as a whole: a failed connection, or an error of no particular field. */
  problem: string | undefined;
  /** What is wrong with one field of the input. */
  problemOf(field: string): string | undefined;
  /** Runs one request; true when it went through without user errors. */
  run(request: () => Promise<readonly FieldProblem[]>): Promise<boolean>;
}

/** `fields` are the ones that can show their own error. */
export function useAction(...fields: string[]): Action {
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly FieldProblem[]>([]);
  const fieldOf = (problem: FieldProblem) => problem.field?.findLast((name) => fields.includes(name));
  return {
    busy,
    problem: problems.find((problem) => !fieldOf(problem))?.message,
    problemOf: (field) => problems.find((problem) => fieldOf(problem) === field)?.message,
    async run(request) {
      setBusy(true);
      try {
        const found = await request();
        setProblems(found);
        return found.length === 0;
      } catch (error) {
        setProblems([{ message: explain(error), field: null }]);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
