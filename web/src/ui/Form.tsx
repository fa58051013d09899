import type { FormEvent, ReactNode } from 'react';
import { Button } from './Button';
import { FormError } from './Notice';
import type { Action } from './useAction';

interface FormProps {
  action: Action;
  onSubmit: () => unknown;
  /** What the button says. */
  submit: string;
  /** Whether there is anything to submit. */
  ready?: boolean;
  children: ReactNode;
}

/** Fields above a button, with what is wrong as a whole between them. */
export function Form({ action, onSubmit, submit, ready = true, children }: FormProps) {
  const handle = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={handle} className="space-y-4">
      {children}
      {action.problem && <FormError>{action.problem}</FormError>}
      <Button type="submit" look="primary" busy={action.busy} disabled={!ready} className="w-full">
        {submit}
      </Button>
    </form>
  );
}
