import { createContext, useContext } from 'react';
import type { Person, Session } from '../session/session';
import type { Workspace } from './workspace';

interface WorkspaceValue {
  workspace: Workspace;
  session: Session;
  /** As at sign-in; the cached User has the current name. */
  viewer: Person;
}

export const WorkspaceContext = createContext<WorkspaceValue | undefined>(undefined);

export function useWorkspace(): WorkspaceValue {
  const value = useContext(WorkspaceContext);
  if (!value) throw new Error('useWorkspace is used outside of Home');
  return value;
}
